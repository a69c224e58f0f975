/** Takes a value that a policy threw away: a retried response, a hedge's loser, a late arrival. */
export type Discard = (value: unknown) => void

interface Discardable {
  [Symbol.dispose]?: () => void
  [Symbol.asyncDispose]?: () => PromiseLike<void>
  body?: { cancel?: () => Promise<void>; destroy?: () => void } | null
}

const ignore = (): void => undefined

/**
 * The default `discard`: disposes what is disposable and closes the body of a response, so that no
 * connection stays taken. Whatever goes wrong there is of no interest to anyone, and is dropped.
 */
export function disposeValue(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  try {
    release(value)?.then(ignore, ignore)
  } catch {
    // Nobody waits for this value any more.
  }
}

/** Hands a value to a caller's own `discard`; what that throws is dropped, for there is nobody to tell. */
export function discardWith(discard: Discard, value: unknown): void {
  try {
    discard(value)
  } catch {
    // The call that made the value has ended already.
  }
}

function release(value: Discardable): PromiseLike<void> | undefined {
  if (value[Symbol.asyncDispose] !== undefined) return value[Symbol.asyncDispose]?.()
  if (value[Symbol.dispose] !== undefined) value[Symbol.dispose]?.()
  else if (typeof value.body?.cancel === 'function') return value.body.cancel()
  else if (typeof value.body?.destroy === 'function') value.body.destroy()
  return undefined
}
