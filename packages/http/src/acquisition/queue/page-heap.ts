import type { PageRef } from '../ledger/index.js'
import { orderOf } from '../ledger/index.js'

interface Entry {
  readonly page: PageRef
  readonly dueAt: number
}

function isEarlier(a: Entry, b: Entry): boolean {
  return a.dueAt === b.dueAt ? orderOf(a.page) < orderOf(b.page) : a.dueAt < b.dueAt
}

/** A binary heap of pages: the first is the one that is due first, then the one that comes first
 * in its stream. */
export class PageHeap {
  readonly #entries: Entry[] = []

  get size(): number {
    return this.#entries.length
  }

  /** When its first page is due; undefined when it is empty. */
  get firstDueAt(): number | undefined {
    return this.#entries[0]?.dueAt
  }

  add(page: PageRef, dueAt: number): void {
    const entries = this.#entries
    const entry = { page, dueAt }
    let at = entries.length
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = entries[parent] as Entry
      if (!isEarlier(entry, above)) break
      entries[at] = above
      at = parent
    }
    entries[at] = entry
  }

  /** Removes and returns the first. */
  take(): PageRef | undefined {
    const first = this.#entries[0]
    const last = this.#entries.pop()
    if (last !== undefined && this.#entries.length > 0) this.#sink(last)
    return first?.page
  }

  #sink(entry: Entry): void {
    const entries = this.#entries
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= entries.length) break
      const right = entries[child + 1]
      if (right !== undefined && isEarlier(right, entries[child] as Entry)) child += 1
      const below = entries[child] as Entry
      if (!isEarlier(below, entry)) break
      entries[at] = below
      at = child
    }
    entries[at] = entry
  }
}
