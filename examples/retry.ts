// Two failures, two waits that grow, and the value of the third attempt; then a budget that is used up.
import { RetryBudget, RetryBudgetExceededError, RetryPolicy } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'

const clock = new ManualClock()
const budget = new RetryBudget({ maxRetries: 2, clock })
const retry = new RetryPolicy({ maxAttempts: 4, baseDelayMs: 100, jitter: 'none', budget, clock })

const shaky = retry.executeWithMetrics(async ({ attempt }) => {
  if (attempt < 3) throw new Error(`attempt ${attempt} failed`)
  return 'done'
})
const { value, attempts, delaysMs } = await clock.run(shaky)
console.log(value, `after ${attempts} attempts and waits of ${delaysMs.join(' and ')} ms`)

const hopeless = retry.execute(() => Promise.reject(new Error('down')))
await hopeless.catch((error: unknown) => {
  if (error instanceof RetryBudgetExceededError) console.log(error.message)
})

// Prints:
// done after 3 attempts and waits of 100 and 200 ms
// No retry, for the budget is used up: down
