import type { CallContext, Clock, Discard, Operation, TimerHandle } from '../../core/index.js'
import { CancellableContext, discardWith, runOperation } from '../../core/index.js'

/** The rule under which calls are timed; one for all calls of a policy. */
export interface TimeRule {
  readonly clock: Clock
  readonly cooperative: boolean
  readonly discard: Discard
  /** Makes the error; the cause is how a cooperative operation ended. */
  overrun(call: CallContext, cause?: unknown): Error
  /** Told once a call, when its time is over. */
  onOverrun(call: CallContext): void
}

/** The context of a call whose time is limited, and the state of that limit. */
class TimedCall<T> extends CancellableContext {
  private readonly rule: TimeRule
  private readonly resolve: (value: T) => void
  private readonly reject: (error: unknown) => void
  private readonly timer: TimerHandle
  private work: Promise<T> | undefined
  private over: Error | undefined

  constructor(
    outer: CallContext,
    deadlineAt: number,
    delayMs: number,
    rule: TimeRule,
    resolve: (value: T) => void,
    reject: (error: unknown) => void,
  ) {
    super(outer, outer.attempt, deadlineAt)
    this.rule = rule
    this.resolve = resolve
    this.reject = reject
    this.work = undefined
    this.over = undefined
    this.timer = rule.clock.setTimer(() => this.expire(), delayMs)
  }

  run(operation: Operation<T>): void {
    this.work = runOperation(operation, this)
    this.work.then(
      value => this.succeed(value),
      (error: unknown) => this.fail(error),
    )
  }

  private expire(): void {
    this.rule.onOverrun(this)
    this.over = this.rule.overrun(this)
    this.cancel(this.over)
    this.close()
    if (this.rule.cooperative) return
    if (this.work !== undefined) this.waitUntil(this.work)
    this.reject(this.over)
  }

  private succeed(value: T): void {
    if (this.over === undefined) this.stop()
    if (this.over === undefined || this.rule.cooperative) this.resolve(value)
    else discardWith(this.rule.discard, value)
  }

  private fail(error: unknown): void {
    if (this.over === undefined) {
      this.stop()
      this.reject(error)
    } else {
      this.reject(error === this.over ? error : this.rule.overrun(this, error))
    }
  }

  private stop(): void {
    this.rule.clock.clearTimer(this.timer)
    this.close()
  }
}

/**
 * Runs `operation` for at most `delayMs`. When they are over the call's context is aborted and the caller gets
 * the rule's error at once, or, when cooperative, as soon as the operation has settled. Work that is left
 * behind goes to `waitUntil`, its value to `discard`, its rejection nowhere.
 */
export function runTimed<T>(
  operation: Operation<T>,
  outer: CallContext,
  deadlineAt: number,
  delayMs: number,
  rule: TimeRule,
): Promise<T> {
  return new Promise((resolve, reject) => {
    new TimedCall(outer, deadlineAt, delayMs, rule, resolve, reject).run(operation)
  })
}
