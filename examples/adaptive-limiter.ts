// A remote that serves eight at once in 10 ms each, and slows down with more: the limit finds its way down.
import { AdaptiveLimiter, VegasLimit } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'

const clock = new ManualClock()
const limiter = new AdaptiveLimiter({ limit: new VegasLimit({ initialLimit: 100, maxLimit: 200 }), clock })
let inFlight = 0

async function remote(): Promise<void> {
  inFlight += 1
  await clock.sleep(10 * Math.max(1, inFlight / 8))
  inFlight -= 1
}

async function client(): Promise<void> {
  while (clock.now() < 20_000) await limiter.execute(remote)
}

await clock.run(Promise.all(Array.from({ length: 150 }, client)))
console.log(
  `shrunk: ${limiter.limit < 100}, still above what the remote serves at once: ${limiter.limit >= 8}`,
)

// Prints:
// shrunk: true, still above what the remote serves at once: true
