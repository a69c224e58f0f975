import { abortReason, isAborted, onAbort } from './abort.js'
import type { Clock } from './clock.js'
import { checkWithin } from './misuse.js'
import type { Within } from './policy.js'

/** `Clock.sleep` for any clock that has timers. Leaves neither timer nor listener behind. */
export function sleepOn(clock: Clock, delayMs: number, within: Within | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    checkWithin('sleep', within)
    if (isAborted(within)) return reject(abortReason(within))
    const timer = clock.setTimer(() => {
      unsubscribe()
      resolve()
    }, delayMs)
    const unsubscribe = onAbort(within, () => {
      clock.clearTimer(timer)
      reject(abortReason(within))
    })
  })
}
