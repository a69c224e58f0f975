/**
 * Adds to package-lock.json what npm leaves out when it is run against a registry that holds the binaries of one platform only:
 * the optional packages of all other platforms, without which `npm ci` refuses the file. Their versions are the exact ones that
 * their parents ask for; their integrity is not known there, so npm checks none for them.
 * Run it after `npm install` on such a machine: `node scripts/complete-lock.mjs [folder]`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const file = join(process.argv[2] ?? '.', 'package-lock.json')
const lock = JSON.parse(readFileSync(file, 'utf8'))

const SYSTEMS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
]
const PROCESSORS = {
  aarch64: 'arm64',
  armv7: 'arm',
  arm: 'arm',
  arm64: 'arm64',
  ia32: 'ia32',
  loong64: 'loong64',
  mips64el: 'mips64el',
  ppc64: 'ppc64',
  ppc64le: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
  universal: undefined,
  wasm32: 'wasm32',
  x64: 'x64',
}

/** Where a package that is made for one platform may be installed, from its name: `binding-linux-arm64-musl`. */
function platformOf(name) {
  const words = name.split(/[/-]/)
  const os = SYSTEMS.filter(system => words.includes(system))
  const cpu = words.map(word => PROCESSORS[word]).filter(processor => processor !== undefined)
  if (name === 'fsevents') return { os: ['darwin'] }
  return {
    ...(cpu.length > 0 && { cpu: cpu.slice(0, 1) }),
    ...(words.some(word => word.startsWith('musl')) && { libc: ['musl'] }),
    ...(words.includes('gnu') && { libc: ['glibc'] }),
    ...(os.length > 0 && { os }),
  }
}

let added = 0
for (const [, parent] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(parent.optionalDependencies ?? {})) {
    const path = `node_modules/${name}`
    const platform = platformOf(name)
    if (lock.packages[path] !== undefined || Object.keys(platform).length === 0) continue
    const version = range.replace(/^[~^]/, '')
    lock.packages[path] = { version, ...platform, ...(parent.dev && { dev: true }), optional: true }
    added += 1
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)))
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
console.log(`${file}: ${added} packages of other platforms added`)
