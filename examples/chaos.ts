// A fault in every fifth call or so, the same ones for the same seed; the retry outside bears them.
import { Chaos, compose, RetryPolicy, seededRandom } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'

const clock = new ManualClock()
const chaos = new Chaos({ faultRate: 0.2, random: seededRandom(42), clock })
let faults = 0
chaos.subscribe(() => {
  faults += 1
})
const policy = compose(new RetryPolicy({ maxAttempts: 6, baseDelayMs: 10, clock }), chaos)

const calls = Array.from({ length: 100 }, (_, index) => policy.execute(() => index))
const values = await clock.run(Promise.all(calls))
console.log(`${values.length} answers, some faults on the way: ${faults > 5}`)

// Prints:
// 100 answers, some faults on the way: true
