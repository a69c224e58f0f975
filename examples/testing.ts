// An hour of traffic against a remote that is down for ten minutes of it, in virtual time.
import { BreakerOpenError, CircuitBreaker } from 'async-patterns'
import { simulate } from 'async-patterns/testing'

const run = (seed: number) =>
  simulate({ seed }, async ({ clock, random, traffic }) => {
    const breaker = new CircuitBreaker({
      latencyThresholdMultiplier: false,
      openStateDurationMs: 30_000,
      clock,
    })
    let [sent, rejected] = [0, 0]
    await traffic({ ratePerSecond: 10, durationMs: 3_600_000, arrivals: 'poisson' }, async () => {
      try {
        await breaker.execute(async () => {
          sent += 1
          await clock.sleep(20 + random() * 60)
          const minute = clock.now() / 60_000
          if (minute >= 20 && minute < 30) throw new Error('down')
        })
      } catch (error) {
        if (error instanceof BreakerOpenError) rejected += 1
      }
    })
    return `${sent} sent, ${rejected} rejected`
  })

const [first, again, other] = [await run(7), await run(7), await run(8)]
console.log(`the same seed, the same run: ${first === again}; another one: ${first === other}`)

// Prints:
// the same seed, the same run: true; another one: false
