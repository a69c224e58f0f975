// A stack for each host: the retry outside, the limit of each attempt innermost.
import { CircuitBreaker, compose, perKey, RetryPolicy, SpacedLimiter, Timeout } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'

const clock = new ManualClock()
const hosts = perKey((host: string) =>
  compose(
    new RetryPolicy({ maxAttempts: 3, baseDelayMs: 100, jitter: 'none', clock }),
    new SpacedLimiter({ maxRequests: 5, clock }),
    new CircuitBreaker({ name: host, clock }),
    new Timeout({ timeoutMs: 1_000, clock }),
  ),
)

const call = hosts.get('shop').execute(async ({ attempt }) => {
  console.log(`attempt ${attempt} at ${clock.now()} ms`)
  if (attempt === 1) await clock.sleep(5_000) // hangs: the timeout ends it
  if (attempt === 2) throw new Error('down')
  return 'well'
})
console.log(await clock.run(call))
console.log(hosts.get('shop') === hosts.get('shop'), hosts.size)

// Prints:
// attempt 1 at 0 ms
// attempt 2 at 1100 ms
// attempt 3 at 1300 ms
// well
// true 1
