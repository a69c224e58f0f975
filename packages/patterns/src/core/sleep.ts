import { abortReason, isAborted, onAbort } from './abort.js'
import type { Clock } from './clock.js'
import { misuse } from './misuse.js'
import type { Within } from './policy.js'

/** `Clock.sleep` for any clock that has timers. Leaves neither timer nor listener behind. */
export function sleepOn(clock: Clock, delayMs: number, within: Within | undefined): Promise<void> {
  const refused = misuse('sleep', sleepOn, within)
  if (refused !== undefined) return refused
  if (isAborted(within)) return Promise.reject(abortReason(within))
  return new Promise((resolve, reject) => {
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
