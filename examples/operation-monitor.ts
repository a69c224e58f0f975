// Calls, failures and times by name.
import { OperationMonitor } from 'async-patterns/observability'
import { ManualClock } from 'async-patterns/testing'

const clock = new ManualClock()
const monitor = new OperationMonitor({ clock })

const fetchPage = monitor.wrap('page', async (ms: number) => {
  await clock.sleep(ms)
  if (ms > 90) throw new Error('too slow')
})

for (let ms = 1; ms <= 100; ms++) await clock.run(fetchPage(ms).catch(() => undefined))
const stats = monitor.stats('page')
console.log(
  `${stats?.calls} calls, ${stats?.failures} failed, average ${stats?.averageMs} ms, longest ${stats?.maxMs} ms`,
)
console.log(`latest: ${monitor.recent().at(-1)?.durationMs} ms`)

// Prints:
// 100 calls, 10 failed, average 50.5 ms, longest 100 ms
// latest: 100 ms
