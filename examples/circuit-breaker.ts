// Three failures open it; after the open time one probe closes it.
import { BreakerOpenError, CircuitBreaker } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'

const clock = new ManualClock()
const breaker = new CircuitBreaker({
  name: 'shop',
  failureThreshold: 3,
  halfOpenMaxCalls: 1,
  openStateDurationMs: 5_000,
  clock,
})
breaker.subscribe(event => {
  if (event.type === 'transition') console.log(`${event.from} -> ${event.to} (${event.cause})`)
})

let isDown = true
const call = () =>
  breaker.execute(async () => {
    if (isDown) throw new Error('down')
    return 'well'
  })

for (let i = 0; i < 3; i++) await call().catch(() => undefined)
await call().catch((error: unknown) => {
  if (error instanceof BreakerOpenError) console.log(`rejected, worth a try in ${error.retryAfterMs} ms`)
})

await clock.advance(5_000)
isDown = false
console.log(await call())

// Prints:
// closed -> open (failure-count)
// rejected, worth a try in 5000 ms
// open -> half-open (open-elapsed)
// half-open -> closed (probes-succeeded)
// well
