// One budget over attempts and waits: the attempt that could not finish is not begun.
import { compose, Deadline, RetryExhaustedError, RetryPolicy } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'

const clock = new ManualClock()
const policy = compose(
  new Deadline({ budgetMs: 1_000, clock }),
  new RetryPolicy({ maxAttempts: 10, baseDelayMs: 200, jitter: 'none', clock }),
)

const call = policy.execute(() => Promise.reject(new Error('down')))
await clock.run(call).catch((error: unknown) => {
  if (error instanceof RetryExhaustedError)
    console.log(error.reason, `after ${error.attempts} attempts, at ${clock.now()} ms`)
})

// Prints:
// deadline after 3 attempts, at 600 ms
