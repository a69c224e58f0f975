// The caller has its answer at once; the operation is told by its signal.
import { Timeout, TimeoutError } from 'async-patterns'

const timeout = new Timeout({ timeoutMs: 20 })

console.log(await timeout.execute(() => 'in time'))

try {
  await timeout.execute(
    ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          console.log('the operation stops')
          reject(signal.reason)
        })
      }),
  )
} catch (error) {
  if (error instanceof TimeoutError) console.log(error.message)
}

// Prints:
// in time
// the operation stops
// The operation took longer than 20 ms
