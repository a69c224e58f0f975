/**
 * `async-patterns acquire`, killed by SIGKILL at a step: `node acquire-until.mjs <object.method>
 * <before|after> <n> acquire ...`. It wraps methods of the built package, so that the pipeline itself knows
 * nothing of it.
 */
import { EmbeddedQueue } from '../../dist/acquisition/queue/embedded-queue.js'
import { SqliteLedger } from '../../dist/acquisition/ledger/sqlite/sqlite-ledger.js'
import { SqliteRun } from '../../dist/acquisition/ledger/sqlite/sqlite-run.js'
import { DirectTransport } from '../../dist/engines/direct-transport.js'

const [step = '', when, count, ...args] = process.argv.slice(2)
const [object, method = ''] = step.split('.')
const target = { ledger: SqliteLedger, run: SqliteRun, queue: EmbeddedQueue, transport: DirectTransport }[
  object
].prototype
const wrapped = target[method]
let calls = 0

function dieWhen(moment) {
  if (moment === when && calls === Number(count)) process.kill(process.pid, 'SIGKILL')
}

target[method] = function (...given) {
  calls += 1
  dieWhen('before')
  const result = wrapped.apply(this, given)
  if (when === 'before' || typeof result?.then !== 'function') return result
  return result.then(value => {
    dieWhen('after')
    return value
  })
}

process.argv.splice(2, process.argv.length, ...args)
await import('../../dist/cli/main.js')
