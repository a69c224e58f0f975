import type { CallContext, Operation } from '../../core/index.js'
import { DeadlineQueue } from './deadline-queue.js'
import type { TimeRule } from './timed-call.js'
import { TimedCall } from './timed-call.js'

/**
 * Runs operations for at most `limitMs` each. When they are over the call's context is aborted and the caller
 * gets the rule's error at once, or, when cooperative, as soon as the operation has settled. Work that is
 * left behind goes to `waitUntil`, its value to `discard`, its rejection nowhere.
 */
export class TimeLimit {
  readonly limitMs: number
  readonly rule: TimeRule
  readonly #queue: DeadlineQueue

  constructor(limitMs: number, rule: TimeRule) {
    this.limitMs = limitMs
    this.rule = rule
    this.#queue = new DeadlineQueue(rule.clock)
  }

  /** The outer deadline, which has not passed at `now`, holds if it is the earlier one. */
  run<T>(operation: Operation<T>, outer: CallContext, now: number): Promise<T> {
    const { limitMs } = this
    const leftMs = outer.deadlineAt - now
    if (leftMs >= limitMs) return this.#run(operation, outer, now + limitMs, limitMs, this.#queue)
    // Such a call may end before those that came first, so it waits for its end alone.
    return this.#run(operation, outer, outer.deadlineAt, leftMs, new DeadlineQueue(this.rule.clock))
  }

  #run<T>(
    operation: Operation<T>,
    outer: CallContext,
    deadlineAt: number,
    delayMs: number,
    queue: DeadlineQueue,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      new TimedCall(outer, deadlineAt, this.rule, queue, resolve, reject).run(operation, delayMs)
    })
  }
}
