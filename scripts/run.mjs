/**
 * `make run`: starts the three mock shops on free ports, with a few failures in each, and runs the example pipeline on them:
 * `async-patterns acquire examples/shops.yaml`, with the shops' URLs in the environment. Further arguments go to `acquire`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))
const command = fileURLToPath(new URL('../packages/http/dist/cli/main.js', import.meta.url))

const shops = spawn(process.execPath, [command, 'mock', 'shops', '--port', '0', '--faults', 'example'], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
})
const { urls } = await readyLine(shops)
const environment = Object.entries(urls).map(([name, url]) => [`${name.toUpperCase()}_URL`, url])

const acquire = spawn(
  process.execPath,
  [command, 'acquire', 'examples/shops.yaml', ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...Object.fromEntries(environment) },
  },
)
// Ctrl-C reaches the whole process group: acquire ends in its own way, and this script with it.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => acquire.kill(signal))
const [code] = await once(acquire, 'exit')
shops.kill()
process.exitCode = code ?? 1

async function readyLine(child) {
  const lines = createInterface({ input: child.stdout })
  const [line] = await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(([exitCode]) =>
      Promise.reject(new Error(`the mock shops ended with ${exitCode}`)),
    ),
  ])
  return JSON.parse(line)
}
