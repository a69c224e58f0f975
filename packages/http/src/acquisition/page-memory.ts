import type { Permit, Within } from 'async-patterns'
import { SemaphoreLimiter } from 'async-patterns'

/** What a page is taken to weigh before any of its source was seen. */
const FIRST_GUESS_BYTES = 64 * 1024

/**
 * Bound on the bytes of pages between fetch and commit, over all sources. A page's place is held from its departure
 * until its commit; its weight is a guess, by the pages of its source so far, until its size is known.
 *
 * Light pages have room set aside for all that may be in hand at once, so that they never wait for heavy ones: neither a
 * source that hangs nor one with huge pages slows the sources with ordinary pages. Heavy pages share the rest, first come,
 * first served; one that is heavier than all of it goes alone. A page that turns out heavier than its guess is let in
 * all the same, and others wait until the excess is back: the bound is exceeded for so long, by the first huge page of a source.
 */
export class PageMemory {
  readonly #light: SemaphoreLimiter
  readonly #heavy: SemaphoreLimiter
  readonly #lightPage: number
  readonly #guesses = new Map<string, number>()

  /** `pagesAtOnce`: how many pages may be in hand at most. */
  constructor(capacityBytes: number, pagesAtOnce: number) {
    this.#lightPage = Math.max(1, Math.min(FIRST_GUESS_BYTES, Math.floor(capacityBytes / 2 / pagesAtOnce)))
    const lightBytes = this.#lightPage * pagesAtOnce
    this.#light = roomFor(lightBytes)
    this.#heavy = roomFor(Math.max(1, capacityBytes - lightBytes))
  }

  get bytesInUse(): number {
    return [this.#light, this.#heavy].reduce((sum, room) => sum + room.maxConcurrent - room.available, 0)
  }

  /** Undefined when the page would have to wait. */
  tryReserve(source: string): Permit | undefined {
    const { room, weight } = this.#placeOf(source)
    return room.tryAcquire({ weight })
  }

  reserve(source: string, { signal }: Within): Promise<Permit> {
    const { room, weight } = this.#placeOf(source)
    return room.acquire({ weight, signal })
  }

  /** The page of this permit weighs so much. A single heavy page makes the guesses of its source heavy for a few pages only. */
  weigh(source: string, permit: Permit, bytes: number): void {
    permit.resize(Math.max(1, bytes))
    this.#guesses.set(source, Math.max(bytes, Math.floor((this.#guesses.get(source) ?? 0) / 2)))
  }

  #placeOf(source: string): { room: SemaphoreLimiter; weight: number } {
    const guess = this.#guesses.get(source) ?? this.#lightPage
    return guess <= this.#lightPage
      ? { room: this.#light, weight: this.#lightPage }
      : { room: this.#heavy, weight: Math.min(guess, this.#heavy.maxConcurrent) }
  }
}

function roomFor(bytes: number): SemaphoreLimiter {
  return new SemaphoreLimiter({ maxConcurrent: bytes, acquireTimeoutMs: Infinity })
}
