// The loop stands still for 150 ms, and the monitor says so.
import { EventLoopMonitor } from 'async-patterns/observability'

using monitor = new EventLoopMonitor({ sampleIntervalMs: 200 })
monitor.start()
await new Promise(resolve => setTimeout(resolve, 50))

const until = performance.now() + 150
while (performance.now() < until);
console.log(`stalled for a while: ${monitor.stalledMs() >= 100}`)

await new Promise(resolve => setTimeout(resolve, 300))
console.log(`a sample was not healthy: ${monitor.history().some(({ status }) => status !== 'healthy')}`)

// Prints:
// stalled for a while: true
// a sample was not healthy: true
