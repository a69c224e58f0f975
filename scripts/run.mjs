/**
 * `make run`: starts the three mock shops on free ports, with a 500 and a 429 in each, and runs the example pipeline on them:
 * `async-patterns acquire examples/shops.yaml`, with the shops' URLs in the environment. Further arguments go to `acquire`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { spawnMock } from '@async-patterns/http/mock'

const command = fileURLToPath(new URL('../packages/http/dist/cli/main.js', import.meta.url))
const shops = await spawnMock('shops', ['--faults', 'example'])
const urls = Object.entries(shops.urls).map(([name, url]) => [`${name.toUpperCase()}_URL`, url])

const acquire = spawn(
  process.execPath,
  [command, 'acquire', 'examples/shops.yaml', '--fresh', ...process.argv.slice(2)],
  {
    cwd: fileURLToPath(new URL('../', import.meta.url)),
    stdio: 'inherit',
    env: { ...process.env, ...Object.fromEntries(urls) },
  },
)
// Ctrl-C reaches acquire too; it ends in its own time, and only then do the shops.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => acquire.kill(signal))
const [code] = await once(acquire, 'exit')
await shops.close()
process.exitCode = code ?? 1
