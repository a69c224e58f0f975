/** Someone who waits: a link of the line in which it stands. */
export class Waiter {
  ahead: Waiter | undefined = undefined
  behind: Waiter | undefined = undefined
  /** Ends what the waiter has set up: its timer, its listener for an abort. */
  release: () => void = nothing
}

const nothing = (): void => undefined

/** Waiters, first come, first served; one that gives up leaves from any place in constant time. */
export class WaitingLine<W extends Waiter> {
  #first: Waiter | undefined
  #last: Waiter | undefined
  #size = 0

  get size(): number {
    return this.#size
  }

  get first(): W | undefined {
    return this.#first as W | undefined
  }

  add(waiter: W): void {
    waiter.ahead = this.#last
    if (this.#last === undefined) this.#first = waiter
    else this.#last.behind = waiter
    this.#last = waiter
    this.#size += 1
  }

  /** Takes out a waiter that stands in the line. */
  remove(waiter: W): void {
    const { ahead, behind } = waiter
    if (ahead === undefined) this.#first = behind
    else ahead.behind = behind
    if (behind === undefined) this.#last = ahead
    else behind.ahead = ahead
    waiter.ahead = undefined
    waiter.behind = undefined
    this.#size -= 1
    waiter.release()
  }
}
