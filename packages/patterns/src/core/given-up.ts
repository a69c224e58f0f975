import { abortReason, onAbort } from './abort.js'
import type { Clock } from './clock.js'
import { deadlineOf, deadlinePassed } from './deadline.js'
import type { Within } from './policy.js'

/**
 * Calls `listener` once with the reason why a wait is over for its caller: its own abort reason, or
 * DeadlineExceededError at its deadline. Returns the function that unsubscribes and clears the timer.
 * An abort that has happened already is not reported: ask `isAborted` first.
 */
export function onGivenUp(
  within: Within | undefined,
  clock: Clock,
  listener: (reason: unknown) => void,
): () => void {
  const deadlineAt = deadlineOf(within)
  if (deadlineAt === Infinity) return onAbort(within, () => listener(abortReason(within)))
  const timer = clock.setTimer(() => {
    unsubscribe()
    listener(deadlinePassed(deadlineAt, clock))
  }, deadlineAt - clock.now())
  const unsubscribe = onAbort(within, () => {
    clock.clearTimer(timer)
    listener(abortReason(within))
  })
  return () => {
    clock.clearTimer(timer)
    unsubscribe()
  }
}
