import { CallContext } from './context.js'
import type { Within } from './policy.js'
import { signalHub } from './signal-hub.js'

const nothing = (): void => undefined

/** Whether the caller has given up. Never makes an AbortSignal. */
export function isAborted(within: Within | undefined): boolean {
  if (within === undefined) return false
  if (within instanceof CallContext) return within.aborted
  return within.signal?.aborted === true
}

/** The caller's own reason, unchanged. */
export function abortReason(within: Within | undefined): unknown {
  return within instanceof CallContext ? within.reason : within?.signal?.reason
}

/**
 * Calls `listener` once when the caller gives up; returns the function that unsubscribes.
 * However many listen to one signal, the signal carries a single listener, and none when nobody is left.
 * An abort that has happened already is not reported: ask `isAborted` first.
 */
export function onAbort(within: Within | undefined, listener: () => void): () => void {
  if (within instanceof CallContext) return within.onAbort(listener)
  return within?.signal === undefined ? nothing : signalHub(within.signal).add(listener)
}

/** `promise`, or a rejection with the abort reason if that comes first. The promise itself goes on. */
export function raceAbort<T>(promise: PromiseLike<T>, within: Within | undefined): Promise<T> {
  if (isAborted(within)) {
    promise.then(nothing, nothing)
    return Promise.reject(abortReason(within))
  }
  return new Promise((resolve, reject) => {
    const unsubscribe = onAbort(within, () => reject(abortReason(within)))
    promise.then(
      value => {
        unsubscribe()
        resolve(value)
      },
      error => {
        unsubscribe()
        reject(error)
      },
    )
  })
}
