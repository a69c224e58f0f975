/**
 * `node scripts/release.mjs 0.2.0`, in the repository's folder: gives both packages the version, and moves
 * what is under "Unreleased" in CHANGELOG.md to the version, there and in the changelog of each package that
 * it names. It commits and publishes nothing; at its end it prints the commands that do.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { itemsOf, released, unreleased, withSection } from './release/changelog.mjs'

const PACKAGES = ['packages/patterns', 'packages/http']

const [version = ''] = process.argv.slice(2)
if (!/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version)) {
  console.error(`error: ${JSON.stringify(version)} is no version; give one such as 0.2.0`)
  process.exit(2)
}

const heading = `## ${version} (${new Date().toISOString().slice(0, 10)})`
const changelog = readFileSync('CHANGELOG.md', 'utf8')
const notes = unreleased(changelog)

for (const folder of PACKAGES) {
  const manifest = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))
  manifest.version = version
  // Both are released together, and http is tried with the async-patterns of its own version alone.
  if (manifest.dependencies?.['async-patterns'] !== undefined)
    manifest.dependencies['async-patterns'] = version
  writeFileSync(`${folder}/package.json`, `${JSON.stringify(manifest, null, 2)}\n`)
  const own = `${folder}/CHANGELOG.md`
  writeFileSync(own, withSection(readFileSync(own, 'utf8'), heading, itemsOf(notes, manifest.name)))
}
writeFileSync('CHANGELOG.md', released(changelog, heading))
for (const folder of ['.', 'bench']) {
  const flags = ['--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund']
  execFileSync('npm', ['install', '--prefix', folder, ...flags])
}

console.log(`Both packages are ${version}. What is left to do:
  make check
  git commit --all --message "release: ${version}" && git tag v${version}
  npm publish --workspaces --access public`)
