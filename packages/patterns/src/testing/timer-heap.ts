/** A timer that waits; `index` is its place in the heap, -1 once it has left. */
interface HeapTimer {
  readonly callback: () => void
  readonly dueAt: number
  readonly order: number
  index: number
}

/** A binary heap of timers by due time, then by the order in which they were set. */
export class TimerHeap {
  readonly #heap: HeapTimer[] = []
  #count = 0

  get size(): number {
    return this.#heap.length
  }

  get nextDueAt(): number | undefined {
    return this.#heap[0]?.dueAt
  }

  add(callback: () => void, dueAt: number): object {
    const timer: HeapTimer = { callback, dueAt, order: this.#count++, index: this.#heap.length }
    this.#heap.push(timer)
    this.#up(timer)
    return timer
  }

  remove(handle: object | number): void {
    const timer = handle as HeapTimer
    if (timer.index === -1) return
    const last = this.#heap.pop() as HeapTimer
    if (last !== timer) {
      this.#place(last, timer.index)
      this.#up(last)
      this.#down(last)
    }
    timer.index = -1
  }

  /** Takes the first timer that is due at `now`, if there is one. */
  takeDue(now: number): HeapTimer | undefined {
    const first = this.#heap[0]
    if (first === undefined || first.dueAt > now) return undefined
    this.remove(first)
    return first
  }

  #place(timer: HeapTimer, index: number): void {
    this.#heap[index] = timer
    timer.index = index
  }

  #up(timer: HeapTimer): void {
    while (timer.index > 0) {
      const parent = this.#heap[(timer.index - 1) >> 1] as HeapTimer
      if (!isBefore(timer, parent)) return
      this.#swap(timer, parent)
    }
  }

  #down(timer: HeapTimer): void {
    for (;;) {
      const left = this.#heap[timer.index * 2 + 1]
      const right = this.#heap[timer.index * 2 + 2]
      const child = right !== undefined && left !== undefined && isBefore(right, left) ? right : left
      if (child === undefined || !isBefore(child, timer)) return
      this.#swap(child, timer)
    }
  }

  #swap(a: HeapTimer, b: HeapTimer): void {
    const index = a.index
    this.#place(a, b.index)
    this.#place(b, index)
  }
}

function isBefore(a: HeapTimer, b: HeapTimer): boolean {
  return a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.order < b.order)
}
