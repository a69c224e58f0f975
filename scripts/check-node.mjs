const [major, minor] = process.versions.node.split('.').map(Number)

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node ${process.versions.node} is too old; allowed is >= 20.19 (https://nodejs.org)`)
  process.exit(2)
}
