// A call that hangs gets company after 50 ms, and the second attempt wins.
import { Hedge } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'

const clock = new ManualClock()
const hedge = new Hedge({ delayMs: 50, clock })

let started = 0
const call = hedge.execute(async context => {
  started += 1
  const mine = started
  await clock.sleep(mine === 1 ? 5_000 : 20, context)
  return `attempt ${mine}`
})
console.log(await clock.run(call), `at ${clock.now()} ms`)
console.log(`hedges: ${hedge.metrics().hedges}, won: ${hedge.metrics().hedgeWins}`)

// Prints:
// attempt 2 at 70 ms
// hedges: 1, won: 1
