// A burst of three at once, then two a second.
import { TokenBucketLimiter } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'

const clock = new ManualClock()
const limiter = new TokenBucketLimiter({ ratePerSecond: 2, burst: 3, clock })
const times: number[] = []
const calls = Array.from({ length: 6 }, () => limiter.execute(() => times.push(clock.now())))
await clock.run(Promise.all(calls))
console.log(times.join(' '))

// Prints:
// 0 0 0 500 1000 1500
