/**
 * `async-patterns acquire` with a sink that takes its time: `node acquire-slow-sink.mjs <commit ms> acquire
 * ...`. At its end it says on standard error, in bytes, how much memory the process held before its first
 * page and at most, and how many bytes of pages there were between their arrival and their commit.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { MemoryBudget } from '../../dist/acquisition/fetch/memory-budget.js'
import { SqliteRun } from '../../dist/acquisition/ledger/sqlite/sqlite-run.js'

const [commitMs, ...args] = process.argv.slice(2)
const seen = { start: 0, most: 0, pages: 0 }
let held = 0

function wrap({ prototype }, method, around) {
  const wrapped = prototype[method]
  prototype[method] = function (...given) {
    return around(() => wrapped.apply(this, given), ...given)
  }
}

/** A page has arrived. */
wrap(MemoryBudget, 'weigh', (weigh, _stream, _reservation, bytes) => {
  held += bytes
  seen.pages = Math.max(seen.pages, held)
  return weigh()
})
wrap(SqliteRun, 'commit', async (commit, pages) => {
  await sleep(Number(commitMs))
  for (const { bytes } of pages) held -= bytes
  return commit()
})
// The last step before the first page departs.
wrap(SqliteRun, 'pending', pending => {
  seen.start ||= process.memoryUsage.rss()
  return pending()
})

setInterval(() => {
  seen.most = Math.max(seen.most, process.memoryUsage.rss())
}, 2).unref()
process.on('exit', () => console.error(JSON.stringify(seen)))

process.argv.splice(2, process.argv.length, ...args)
await import('../../dist/cli/main.js')
