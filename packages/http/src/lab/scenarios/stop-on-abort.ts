import { isAborted, onAbort, systemClock } from 'async-patterns'
import type { TimerHandle } from 'async-patterns'

/** Long enough for any server that answers at all; who presses Ctrl-C does not wait for one that does not. */
const GRACE_MS = 1_000

/** The two steps in which a phase is ended early. */
export interface Stop {
  /** At once: nothing more is sent. */
  readonly end?: () => void
  /** A second later, unless the phase is over by then: what is still in flight is cut off. */
  readonly cut: () => void
}

/** Ends a phase when the signal is aborted, or has been. Dispose the result when the phase is over. */
export function stopOnAbort(signal: AbortSignal | undefined, { end, cut }: Stop): Disposable {
  if (signal === undefined) return { [Symbol.dispose]: () => undefined }
  let timer: TimerHandle | undefined
  const stop = (): void => {
    end?.()
    timer = systemClock.setTimer(cut, GRACE_MS)
  }
  const unsubscribe = onAbort({ signal }, stop)
  if (isAborted({ signal })) stop()
  return {
    [Symbol.dispose]() {
      unsubscribe()
      if (timer !== undefined) systemClock.clearTimer(timer)
    },
  }
}
