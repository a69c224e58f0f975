import type { PageRef } from './page.js'

function isEarlier(a: PageRef, b: PageRef): boolean {
  return a.notBefore === b.notBefore ? a.ordinal < b.ordinal : a.notBefore < b.notBefore
}

/** A binary heap of pages: the first is that with the lowest `notBefore`, then the lowest ordinal. */
export class PageHeap {
  readonly #pages: PageRef[] = []

  get size(): number {
    return this.#pages.length
  }

  get first(): PageRef | undefined {
    return this.#pages[0]
  }

  add(page: PageRef): void {
    const pages = this.#pages
    let at = pages.length
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = pages[parent] as PageRef
      if (!isEarlier(page, above)) break
      pages[at] = above
      at = parent
    }
    pages[at] = page
  }

  /** Removes and returns the first. */
  take(): PageRef | undefined {
    const first = this.#pages[0]
    const last = this.#pages.pop()
    if (last !== undefined && this.#pages.length > 0) this.#sink(last)
    return first
  }

  #sink(page: PageRef): void {
    const pages = this.#pages
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= pages.length) break
      const right = pages[child + 1]
      if (right !== undefined && isEarlier(right, pages[child] as PageRef)) child += 1
      const below = pages[child] as PageRef
      if (!isEarlier(below, page)) break
      pages[at] = below
      at = child
    }
    pages[at] = page
  }
}
