// Five a second, evenly spaced; and a departure that happens later than it is granted.
import { SpacedLimiter } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'

const clock = new ManualClock()
const limiter = new SpacedLimiter({ maxRequests: 5, windowMs: 1_000, clock })
const times: number[] = []
const calls = Array.from({ length: 5 }, () => limiter.execute(() => times.push(clock.now())))
await clock.run(Promise.all(calls))
console.log(times.join(' '))

const departure = await clock.run(limiter.acquireDeparture())
await clock.advance(40) // the connection is made
departure.sent()
console.log(`granted at ${departure.grantedAt}, sent at ${clock.now()}`)

// Prints:
// 0 200 400 600 800
// granted at 1000, sent at 1040
