// From both limits at the same moment or from none; a server's Retry-After blocks one of them for all.
import { allOf, RateLimitedError, SlidingWindowLimiter, SpacedLimiter } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'

const clock = new ManualClock()
const perHost = new SpacedLimiter({ maxRequests: 10, windowMs: 1_000, clock })
const global = new SlidingWindowLimiter({ maxRequests: 2, windowMs: 1_000, clock })
const both = allOf(perHost, global)

const times: number[] = []
const calls = Array.from({ length: 4 }, () => both.execute(() => times.push(clock.now())))
await clock.run(Promise.all(calls))
console.log(times.join(' '))

perHost.blockUntil(clock.now() + 3_000)
await both.acquire({ maxWaitMs: 500 }).catch((error: unknown) => {
  if (error instanceof RateLimitedError)
    console.log(`refused at once, worth a try in ${error.retryAfterMs} ms`)
})

// Prints:
// 0 100 1000 1100
// refused at once, worth a try in 3000 ms
