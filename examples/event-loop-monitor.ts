// A local stall is not taken for a slow remote: the breaker takes it off the latency.
import { CircuitBreaker } from 'async-patterns'
import { EventLoopMonitor } from 'async-patterns/observability'
import { ManualClock } from 'async-patterns/testing'

const clock = new ManualClock()
using monitor = new EventLoopMonitor({ clock })
monitor.start()

const options = { baselineLatencyMs: 20, minimumCalls: 1, clock } // slow from 60 ms on
const blaming = new CircuitBreaker(options)
const fair = new CircuitBreaker({ ...options, stalledMs: () => monitor.stalledMs() })

async function call(): Promise<void> {
  await clock.advance(10) // the remote's part
  clock.stall(200) // ours: the loop stands still, as some long computation would make it
}

await fair.execute(call)
await blaming.execute(call)
console.log(`stood still: ${monitor.stalledMs() >= 200}`)
console.log(`with the monitor: ${fair.state}, without: ${blaming.state}`)

// Prints:
// stood still: true
// with the monitor: closed, without: open
