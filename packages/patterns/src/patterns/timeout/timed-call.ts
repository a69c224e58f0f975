import type { AsyncScope, CallContext, Clock, Discard, Operation } from '../../core/index.js'
import {
  CancellableContext,
  captureScope,
  contextOf,
  discardWith,
  disposeValue,
  keepShape,
  runOperation,
  systemClock,
} from '../../core/index.js'
import type { Expiring } from './deadline-queue.js'
import { DeadlineQueue } from './deadline-queue.js'

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
export class TimedCall<T> extends CancellableContext implements Expiring {
  previous: Expiring | undefined
  next: Expiring | undefined
  private readonly rule: TimeRule
  private readonly queue: DeadlineQueue
  private readonly scope: AsyncScope
  private readonly resolve: (value: T) => void
  private readonly reject: (error: unknown) => void
  private work: Promise<T> | undefined
  private over: Error | undefined

  constructor(
    outer: CallContext,
    deadlineAt: number,
    rule: TimeRule,
    queue: DeadlineQueue,
    resolve: (value: T) => void,
    reject: (error: unknown) => void,
  ) {
    super(outer, outer.attempt, deadlineAt)
    this.previous = undefined
    this.next = undefined
    this.rule = rule
    this.queue = queue
    this.scope = captureScope()
    this.resolve = resolve
    this.reject = reject
    this.work = undefined
    this.over = undefined
  }

  run(operation: Operation<T>, delayMs: number): void {
    this.queue.add(this, delayMs)
    this.work = runOperation(operation, this)
    this.work.then(
      value => this.succeed(value),
      (error: unknown) => this.fail(error),
    )
  }

  expire(): void {
    this.scope.runInAsyncScope(() => this.overrun())
  }

  private overrun(): void {
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
    this.queue.remove(this)
    this.close()
  }
}

const nothing = (): void => undefined
const noRule: TimeRule = {
  clock: systemClock,
  cooperative: false,
  discard: disposeValue,
  overrun: () => new Error('never'),
  onOverrun: nothing,
}
keepShape(
  new TimedCall(contextOf(undefined), Infinity, noRule, new DeadlineQueue(systemClock), nothing, nothing),
)
