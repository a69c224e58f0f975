import type { Claim, PageRef } from '../page.js'

interface HeldPage {
  readonly fence: number
  until: number
}

/**
 * Who holds which page. It lies in memory: the file's lock keeps other processes out, and the claims of one
 * that was killed are to be free. Its size depends on the pages in hand alone.
 */
export class PageClaims {
  readonly #held = new Map<string, HeldPage>()
  #fence: number

  /** `fence`: higher than that of any claim of an earlier process or handle. */
  constructor(fence: number) {
    this.#fence = fence
  }

  /** A lease that has expired holds nothing. */
  isHeld(pageId: string, now: number): boolean {
    const held = this.#held.get(pageId)
    return held !== undefined && held.until > now
  }

  take(page: PageRef, worker: string, until: number): Claim {
    this.#fence += 1
    this.#held.set(page.id, { fence: this.#fence, until })
    return { page, worker, fence: this.#fence }
  }

  /** False for a claim that was lost to another one, or is over. */
  isCurrent({ page, fence }: Claim): boolean {
    return this.#held.get(page.id)?.fence === fence
  }

  renew(claim: Claim, until: number): boolean {
    const held = this.#held.get(claim.page.id)
    if (held?.fence !== claim.fence) return false
    held.until = until
    return true
  }

  release({ page }: Claim): void {
    this.#held.delete(page.id)
  }
}
