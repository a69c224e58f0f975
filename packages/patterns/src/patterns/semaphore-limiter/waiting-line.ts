import type { Operation, Within } from '../../core/index.js'
import { keepShape } from '../../core/index.js'

/** Settles the promise of one who waits; a refusal is handed over as a promise that is rejected already. */
export type Handover = (turn: Waiter | Promise<never>) => void

const nothing = (): void => undefined

/**
 * One who waits for a permit, linked into the level of its priority. With tens of thousands of them the
 * garbage collector is the cost, so each field counts.
 */
export class Waiter {
  readonly weight: number
  /** When the wait began, rounded up to whole milliseconds: those are kept in the object itself. */
  readonly since: number
  readonly handover: Handover
  /** What is to be run, and for whom; kept here, so that no closure is needed to remember it. */
  readonly operation: Operation<unknown> | undefined
  readonly within: Within | undefined
  /** Ends whatever else could remove this waiter: the abort listener, a timer of its own. */
  detach: () => void
  level: Level | undefined
  previous: Waiter | undefined
  next: Waiter | undefined

  constructor(
    weight: number,
    now: number,
    handover: Handover,
    operation: Operation<unknown> | undefined,
    within: Within | undefined,
  ) {
    this.weight = weight
    this.operation = operation
    this.within = within
    this.since = Math.ceil(now)
    this.handover = handover
    this.detach = nothing
    this.level = undefined
    this.previous = undefined
    this.next = undefined
  }
}

keepShape(new Waiter(1, 0, nothing, undefined, undefined))

/** All waiters of one priority, the oldest first. */
interface Level {
  readonly priority: number
  head: Waiter | undefined
  tail: Waiter | undefined
}

/**
 * Those who wait, by priority (higher first), within a priority first in, first out.
 * Entering and leaving at any place take constant time; a new priority costs a binary search.
 */
export class WaitingLine {
  #size = 0
  /** Only levels in which somebody waits, the highest priority first. */
  readonly #levels: Level[] = []

  get size(): number {
    return this.#size
  }

  /** Whose turn it is. */
  get first(): Waiter | undefined {
    return this.#levels[0]?.head
  }

  /** The priority of whose turn it is; undefined when nobody waits. */
  get highestPriority(): number | undefined {
    return this.#levels[0]?.priority
  }

  push(waiter: Waiter, priority: number): void {
    const level = this.#levelFor(priority)
    waiter.level = level
    waiter.previous = level.tail
    if (level.tail === undefined) level.head = waiter
    else level.tail.next = waiter
    level.tail = waiter
    this.#size += 1
  }

  /** False when the waiter has left already. */
  remove(waiter: Waiter): boolean {
    const { level, previous, next } = waiter
    if (level === undefined) return false
    if (previous === undefined) level.head = next
    else previous.next = next
    if (next === undefined) level.tail = previous
    else next.previous = previous
    waiter.level = waiter.previous = waiter.next = undefined
    this.#size -= 1
    if (level.head === undefined) this.#levels.splice(this.#indexOf(level.priority), 1)
    return true
  }

  /** Who has waited longest. */
  oldest(): Waiter | undefined {
    let oldest: Waiter | undefined
    for (const { head } of this.#levels) {
      if (head !== undefined && (oldest === undefined || head.since < oldest.since)) oldest = head
    }
    return oldest
  }

  *[Symbol.iterator](): IterableIterator<Waiter> {
    for (const level of this.#levels.slice()) {
      for (let waiter = level.head, next: Waiter | undefined; waiter !== undefined; waiter = next) {
        next = waiter.next
        yield waiter
      }
    }
  }

  #levelFor(priority: number): Level {
    const index = this.#indexOf(priority)
    const known = this.#levels[index]
    if (known?.priority === priority) return known
    const level: Level = { priority, head: undefined, tail: undefined }
    this.#levels.splice(index, 0, level)
    return level
  }

  /** Where the level of this priority is, or would be. */
  #indexOf(priority: number): number {
    let low = 0
    let high = this.#levels.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#levels[middle] as Level).priority > priority) low = middle + 1
      else high = middle
    }
    return low
  }
}
