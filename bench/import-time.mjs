/**
 * What `import 'async-patterns'` costs over bare Node: CPU time of the import itself, each in a fresh
 * process, median. CPU time, so that other work on the machine does not count. At most 20 ms are allowed;
 * beyond that the exit code is 1.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const ROUNDS = 15
const ALLOWED_MS = 20
const cwd = fileURLToPath(new URL('.', import.meta.url))
const code = `
const before = process.cpuUsage()
await import('async-patterns')
const { user, system } = process.cpuUsage(before)
console.log((user + system) / 1000)`

function run() {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd,
    encoding: 'utf8',
  })
  if (stdout === '') throw new Error(stderr)
  return Number(stdout)
}

const times = Array.from({ length: ROUNDS }, run).sort((a, b) => a - b)
const medianMs = times[Math.floor(ROUNDS / 2)]
console.log(
  `import 'async-patterns': ${medianMs.toFixed(1)} ms of CPU time (${times[0].toFixed(1)} to ${times.at(-1).toFixed(1)}), allowed ${ALLOWED_MS}`,
)
if (medianMs > ALLOWED_MS) process.exitCode = 1
