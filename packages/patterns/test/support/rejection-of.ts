import { expect } from 'vitest'

/** What a promise rejects with; it is handled from now on. Fails when the promise is fulfilled. */
export function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  )
}
