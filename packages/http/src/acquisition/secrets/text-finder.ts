const longestHead = 4

/** A text that was looked for, and where it begins. */
export interface Found {
  readonly at: number
  readonly needle: string
}

/**
 * Looks for many texts at once. A pattern of their beginnings goes through the text; only where one stands is
 * the whole compared. So neither their number nor their length matters to a text that has none of them.
 */
export class TextFinder {
  readonly #heads: RegExp | undefined
  /** The longest first: one may be the beginning of another. */
  readonly #byHead = new Map<string, string[]>()

  /** An empty needle is never found. */
  constructor(needles: Iterable<string>) {
    const known = [...new Set(needles)].filter(needle => needle !== '')
    const length = Math.min(longestHead, ...known.map(needle => needle.length))
    for (const needle of known.sort((a, b) => b.length - a.length)) {
      const head = needle.slice(0, length)
      this.#byHead.set(head, [...(this.#byHead.get(head) ?? []), needle])
    }
    const heads = [...this.#byHead.keys()].map(escapePattern)
    this.#heads = heads.length === 0 ? undefined : new RegExp(heads.join('|'), 'g')
  }

  /** Whether the beginning of one stands in the text: where none does, `in` finds none. */
  mayBeIn(text: string): boolean {
    return this.#heads !== undefined && text.search(this.#heads) !== -1
  }

  /**
   * From left to right; of several that begin at one place the longest. `accepts` may take one that is not
   * there as a whole, and says how long it is there; 0 for not at all.
   */
  *in(text: string, accepts = wholly): Generator<Found & { readonly length: number }> {
    const heads = this.#heads
    if (heads === undefined) return
    heads.lastIndex = 0
    for (let head = heads.exec(text); head !== null; head = heads.exec(text)) {
      const at = head.index
      const found = this.#at(text, at, head[0], accepts)
      if (found !== undefined) yield found
      heads.lastIndex = at + 1
    }
  }

  #at(text: string, at: number, head: string, accepts: typeof wholly) {
    for (const needle of this.#byHead.get(head) ?? []) {
      const length = accepts(text, at, needle)
      if (length > 0) return { at, needle, length }
    }
    return undefined
  }
}

function wholly(text: string, at: number, needle: string): number {
  return text.startsWith(needle, at) ? needle.length : 0
}

/** The source of a pattern that finds this text and no other. */
function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
