import { CallContext, contextOf, keepShape } from '../../core/index.js'

/** The context of a call that has a caller who may give up; linked, so that it can be counted then. */
export class RunningCall extends CallContext {
  previous: RunningCall | undefined
  next: RunningCall | undefined

  constructor(outer: CallContext) {
    super(outer, undefined, outer.attempt, outer.deadlineAt)
    this.previous = undefined
    this.next = undefined
  }
}

keepShape(new RunningCall(contextOf(undefined)))

/** The calls that hold a permit and can be aborted: entering and leaving cost a few nanoseconds. */
export class RunningCalls {
  #head: RunningCall | undefined

  add(call: RunningCall): void {
    call.next = this.#head
    if (this.#head !== undefined) this.#head.previous = call
    this.#head = call
  }

  remove(call: RunningCall): void {
    const { previous, next } = call
    if (previous === undefined) this.#head = next
    else previous.next = next
    if (next !== undefined) next.previous = previous
  }

  countAborted(): number {
    let aborted = 0
    for (let call = this.#head; call !== undefined; call = call.next) {
      if (call.aborted) aborted += 1
    }
    return aborted
  }
}
