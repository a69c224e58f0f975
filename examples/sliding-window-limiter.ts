// Two in any second, wherever it begins: no double burst at an edge.
import { SlidingWindowLimiter } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'

const clock = new ManualClock()
const limiter = new SlidingWindowLimiter({ maxRequests: 2, windowMs: 1_000, clock })
const times: number[] = []
const depart = () => limiter.execute(() => times.push(clock.now()))

await clock.advance(900)
const early = [depart(), depart()]
await clock.advance(200) // past the edge of a fixed window
const late = [depart(), depart()]
await clock.run(Promise.all([...early, ...late]))
console.log(times.join(' '))

// Prints:
// 900 900 1900 1900
