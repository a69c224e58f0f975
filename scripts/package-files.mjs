/**
 * Copies into packages/http what its tarball holds of the repository's own folders: the JSON Schemas, and the
 * pipeline file that `async-patterns demo` runs. npm packs nothing from outside a package's folder. Both
 * `make build` and npm's `prepack` run it; the copies are not committed.
 */
import { cpSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('../', import.meta.url))

for (const [from, to] of [
  ['schemas', 'schemas'],
  ['examples/shops.yaml', 'examples/shops.yaml'],
]) {
  const target = `${repository}packages/http/${to}`
  rmSync(target, { recursive: true, force: true })
  cpSync(`${repository}${from}`, target, { recursive: true })
}
