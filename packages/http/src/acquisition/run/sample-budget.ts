import type { PageCommit, PageRef } from '../ledger/index.js'
import { portionOf } from '../streams/index.js'

/** What was taken of one stream. */
interface Taken {
  /** Ids of records: parts of a stream may bring the same. */
  readonly ids: Set<string>
  pages: number
  /** Where its parts begin, made known by records of its parent. */
  begun: number
}

/**
 * Ends streams when they have brought so many records, or have been asked for so many pages: records that are too
 * many are dropped, and so are the pages behind them. Of children no more parts begin than records are wanted.
 */
export class SampleBudget {
  readonly #count: number
  readonly #taken = new Map<string, Taken>()

  constructor(count: number) {
    this.#count = count
  }

  /** The page with what is still wanted of it. */
  trimmed(page: PageCommit): PageCommit {
    const { stream } = page.claim.page
    const taken = this.#of(stream)
    const records = page.records.filter(({ id }) => {
      if (taken.ids.size < this.#count) taken.ids.add(id)
      return taken.ids.has(id)
    })
    const isPlan = portionOf(page.claim.page) !== undefined
    if (!isPlan) taken.pages += 1
    const isEnough = this.hasEnough(stream)
    const isWanted = (one: PageRef): boolean =>
      one.stream === stream && !isPlan ? !isEnough : this.#begins(one.stream)
    const next = page.next.filter(isWanted)
    return { ...page, records, next }
  }

  hasEnough(stream: string): boolean {
    const { ids, pages } = this.#of(stream)
    return ids.size >= this.#count || pages >= this.#count
  }

  #begins(child: string): boolean {
    const taken = this.#of(child)
    taken.begun += 1
    return taken.begun <= this.#count && !this.hasEnough(child)
  }

  #of(stream: string): Taken {
    const taken = this.#taken.get(stream) ?? { ids: new Set(), pages: 0, begun: 0 }
    this.#taken.set(stream, taken)
    return taken
  }
}
