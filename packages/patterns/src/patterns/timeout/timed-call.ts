import type { CallContext, Clock, Discard, Operation } from '../../core/index.js'
import { CancellableContext, discardWith, runOperation } from '../../core/index.js'

/** A limit on one call's time, and what happens when it is over. */
export interface TimeLimit {
  readonly clock: Clock
  readonly now: number
  /** When the time is over. */
  readonly deadlineAt: number
  readonly cooperative: boolean
  readonly discard: Discard
  /** Makes the error; the cause is how a cooperative operation ended. */
  readonly overrun: (cause?: unknown) => Error
  /** Told once, when the time is over. */
  readonly onOverrun: () => void
}

/**
 * Runs `operation` under a limit. When it is over the call's context is aborted and the caller gets the error
 * at once, or, when cooperative, as soon as the operation has settled. Work that is left behind goes to
 * `waitUntil`, its value to `discard`, its rejection nowhere.
 */
export function runTimed<T>(operation: Operation<T>, outer: CallContext, limit: TimeLimit): Promise<T> {
  const context = new CancellableContext(outer, outer.attempt, limit.deadlineAt)
  return new Promise((resolve, reject) => {
    let over: Error | undefined
    const timer = limit.clock.setTimer(() => {
      limit.onOverrun()
      over = limit.overrun()
      context.cancel(over)
      context.close()
      if (limit.cooperative) return
      context.waitUntil(work)
      reject(over)
    }, limit.deadlineAt - limit.now)
    const work = runOperation(operation, context)
    const inTime = (): boolean => {
      if (over !== undefined) return false
      limit.clock.clearTimer(timer)
      context.close()
      return true
    }
    work.then(
      value => {
        if (inTime() || limit.cooperative) resolve(value)
        else discardWith(limit.discard, value)
      },
      (error: unknown) => {
        if (inTime()) reject(error)
        else reject(error === over ? over : limit.overrun(error))
      },
    )
  })
}
