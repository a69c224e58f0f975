import type { Context, Timeout, Within } from 'async-patterns'
import { abortReason, onAbort } from 'async-patterns'

/** What code answers, as long as it is waited for: an abort rejects at once, whatever the code is at. */
export function inTime<T>(
  limit: Timeout,
  call: (context: Context) => Promise<T>,
  within?: Within,
): Promise<T> {
  return limit.execute(
    context =>
      new Promise<T>((resolve, reject) => {
        const unsubscribe = onAbort(within, () => reject(abortReason(within)))
        void call(context).then(resolve, reject).finally(unsubscribe)
      }),
    within,
  )
}
