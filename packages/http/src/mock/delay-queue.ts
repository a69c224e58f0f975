interface Delayed {
  readonly dueAt: number
  readonly run: () => void
}

/**
 * Runs things when they are due: never early, late by the timer's lateness (about a millisecond). One timer
 * serves all, however many wait. A timer of Node's for each would be cheap too, but it counts from when the
 * loop last woke: on a busy server milliseconds early.
 */
export class DelayQueue {
  /** A binary heap by due time. */
  readonly #heap: Delayed[] = []
  #timer: NodeJS.Timeout | undefined
  #wakesAt = Infinity

  after(delayMs: number, run: () => void): void {
    const delayed = { dueAt: performance.now() + delayMs, run }
    this.#heap.push(delayed)
    this.#rise(delayed)
    this.#wake(delayed.dueAt)
  }

  /** Forgets all that waits. */
  clear(): void {
    clearTimeout(this.#timer)
    this.#wakesAt = Infinity
    this.#heap.length = 0
  }

  #wake(at: number): void {
    if (at >= this.#wakesAt) return
    clearTimeout(this.#timer)
    this.#wakesAt = at
    this.#timer = setTimeout(() => this.#runDue(), Math.ceil(at - performance.now())).unref()
  }

  #runDue(): void {
    this.#wakesAt = Infinity
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (first.dueAt > performance.now()) {
        this.#wake(first.dueAt)
        return
      }
      this.#removeFirst()
      first.run()
    }
  }

  #removeFirst(): void {
    const last = this.#heap.pop() as Delayed
    if (this.#heap.length > 0) this.#sink(last)
  }

  #rise(delayed: Delayed): void {
    let at = this.#heap.length - 1
    while (at > 0) {
      const above = (at - 1) >> 1
      const parent = this.#heap[above] as Delayed
      if (parent.dueAt <= delayed.dueAt) break
      this.#heap[at] = parent
      at = above
    }
    this.#heap[at] = delayed
  }

  #sink(delayed: Delayed): void {
    let at = 0
    for (;;) {
      const below = this.#earlierChild(at)
      const child = this.#heap[below]
      if (child === undefined || child.dueAt >= delayed.dueAt) break
      this.#heap[at] = child
      at = below
    }
    this.#heap[at] = delayed
  }

  #earlierChild(at: number): number {
    const left = this.#heap[2 * at + 1]?.dueAt ?? Infinity
    const right = this.#heap[2 * at + 2]?.dueAt ?? Infinity
    return 2 * at + (right < left ? 2 : 1)
  }
}
