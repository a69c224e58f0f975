import type { CallContext, Operation } from '../../core/index.js'
import { ExpiryLine } from './expiry-line.js'
import type { TimeRule } from './timed-call.js'
import { TimedCall } from './timed-call.js'

/**
 * Runs operations for at most `limitMs` each. When they are over the call's context is aborted and the caller gets
 * the rule's error at once, or, when cooperative, as soon as the operation has settled. Work that is left behind goes
 * to `waitUntil`, its value to `discard`, its rejection nowhere.
 */
export class TimeLimit {
  readonly limitMs: number
  readonly rule: TimeRule
  readonly #line: ExpiryLine

  constructor(limitMs: number, rule: TimeRule) {
    this.limitMs = limitMs
    this.rule = rule
    this.#line = new ExpiryLine(rule.clock)
  }

  /** The outer deadline, which has not passed at `now`, holds if it is the earlier one. */
  run<T>(operation: Operation<T>, outer: CallContext, now: number): Promise<T> {
    const { limitMs } = this
    const leftMs = outer.deadlineAt - now
    if (leftMs >= limitMs) return this.#run(operation, outer, now + limitMs, limitMs, this.#line)
    // Such a call may end before those that came first, so it waits for its end alone.
    return this.#run(operation, outer, outer.deadlineAt, leftMs, new ExpiryLine(this.rule.clock))
  }

  #run<T>(
    operation: Operation<T>,
    outer: CallContext,
    deadlineAt: number,
    delayMs: number,
    line: ExpiryLine,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      new TimedCall(outer, deadlineAt, this.rule, line, resolve, reject).run(operation, delayMs)
    })
  }
}
