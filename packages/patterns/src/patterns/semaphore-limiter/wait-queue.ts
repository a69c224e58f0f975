import type { Linked, Operation, Within } from '../../core/index.js'
import { keepShape, LinkedList } from '../../core/index.js'

/** Settles the promise of one who waits; a refusal is handed over as a promise that is rejected already. */
export type Settle = (turn: Waiter | Promise<never>) => void

const nothing = (): void => undefined

/**
 * One who waits for a permit, linked into the level of its priority. With tens of thousands of them the
 * garbage collector is the cost, so each field counts.
 */
export class Waiter implements Linked<Waiter> {
  readonly weight: number
  /** When the wait began, rounded up to whole milliseconds: those are kept in the object itself. */
  readonly since: number
  readonly settle: Settle
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
    settle: Settle,
    operation: Operation<unknown> | undefined,
    within: Within | undefined,
  ) {
    this.weight = weight
    this.operation = operation
    this.within = within
    this.since = Math.ceil(now)
    this.settle = settle
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
  readonly waiters: LinkedList<Waiter>
}

/**
 * Those who wait, by priority (higher first), within a priority first in, first out.
 * Entering and leaving at any place take constant time; a new priority costs a binary search.
 */
export class WaitQueue {
  #size = 0
  /** Only levels in which somebody waits, the highest priority first. */
  readonly #levels: Level[] = []

  get size(): number {
    return this.#size
  }

  /** Whose turn it is. */
  get first(): Waiter | undefined {
    return this.#levels[0]?.waiters.first
  }

  /** The priority of whose turn it is; undefined when nobody waits. */
  get highestPriority(): number | undefined {
    return this.#levels[0]?.priority
  }

  push(waiter: Waiter, priority: number): void {
    const level = this.#levelFor(priority)
    waiter.level = level
    level.waiters.push(waiter)
    this.#size += 1
  }

  /** Takes out a waiter; nothing happens when it has left already. */
  remove(waiter: Waiter): void {
    const { level } = waiter
    if (level === undefined) return
    waiter.level = undefined
    level.waiters.remove(waiter)
    this.#size -= 1
    if (level.waiters.size === 0) this.#levels.splice(this.#indexOf(level.priority), 1)
  }

  /** Gives a waiter another priority; among those who have it, it stands where it came. */
  move(waiter: Waiter, priority: number): void {
    this.remove(waiter)
    const level = this.#levelFor(priority)
    waiter.level = level
    let before = level.waiters.last
    while (before !== undefined && before.since > waiter.since) before = before.previous
    level.waiters.insertAfter(waiter, before)
    this.#size += 1
  }

  /** The one that has waited longest. */
  oldest(): Waiter | undefined {
    let oldest: Waiter | undefined
    for (const { waiters } of this.#levels) {
      const { first } = waiters
      if (first !== undefined && (oldest === undefined || first.since < oldest.since)) oldest = first
    }
    return oldest
  }

  *[Symbol.iterator](): IterableIterator<Waiter> {
    for (const { waiters } of this.#levels.slice()) {
      for (let waiter = waiters.first, next: Waiter | undefined; waiter !== undefined; waiter = next) {
        next = waiter.next
        yield waiter
      }
    }
  }

  #levelFor(priority: number): Level {
    const index = this.#indexOf(priority)
    const known = this.#levels[index]
    if (known?.priority === priority) return known
    const level: Level = { priority, waiters: new LinkedList() }
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
