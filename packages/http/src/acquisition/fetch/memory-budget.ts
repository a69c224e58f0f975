import type { Permit, Within } from 'async-patterns'
import { SemaphoreLimiter } from 'async-patterns'
import { MemoryReservation } from './memory-reservation.js'

/** What a page is taken to weigh before any of its stream was seen. */
const FIRST_GUESS_BYTES = 256 * 1024

/**
 * What is known of the size of a stream's pages. A server may claim a size before there is one to measure.
 */
interface Guess {
  readonly bytes: number
  readonly isMeasured: boolean
}

/**
 * Bound on the bytes of pages between fetch and commit, over all streams. A page's memory is reserved from
 * its departure until its commit; its weight is a guess, by the pages of its stream so far, until its size is
 * known.
 *
 * Light pages have room set aside for all that may be in hand at once, so that they never wait for heavy
 * ones: neither a stream that hangs nor one with huge pages slows the streams with ordinary pages. Heavy
 * pages share the rest, first come, first served; one that is heavier than all of it goes alone. A page that
 * outgrows its guess takes more only where there is room at once. Where there is none it gives up what it has
 * and is fetched again when there is: to wait for room with a half-read page in hand would be to wait for each
 * other.
 */
export class MemoryBudget {
  readonly #light: SemaphoreLimiter
  readonly #heavy: SemaphoreLimiter
  readonly #lightPage: number
  readonly #guesses = new Map<string, Guess>()

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

  /** Undefined when the page would have to wait. `atLeast` as for `reserve`. */
  tryReserve(stream: string, atLeast = 0): MemoryReservation | undefined {
    const { room, weight } = this.#roomFor(Math.max(this.#guessOf(stream), atLeast))
    const permit = room.tryAcquire({ weight })
    return permit && this.#reservationOf(stream, permit, room, weight)
  }

  /** `atLeast`: the page is known to be no lighter, whatever its stream's other pages weigh. */
  async reserve(stream: string, { signal }: Within, atLeast = 0): Promise<MemoryReservation> {
    const { room, weight } = this.#roomFor(Math.max(this.#guessOf(stream), atLeast))
    return this.#reservationOf(stream, await room.acquire({ weight }, { signal }), room, weight)
  }

  /**
   * The page of this reservation weighs so much. A single heavy page makes the guesses of its stream heavy
   * for a few pages only.
   */
  weigh(stream: string, reservation: MemoryReservation, bytes: number): void {
    reservation.resize(bytes)
    const guess = this.#guesses.get(stream)
    const fading = guess?.isMeasured === true ? Math.floor(guess.bytes / 2) : 0
    this.#guesses.set(stream, { bytes: Math.max(bytes, fading), isMeasured: true })
  }

  /**
   * The page was read: its records weigh so much, and other pages of its stream may do as well. Heavy ones leave
   * the room of the light ones.
   */
  weighRecords(stream: string, reservation: MemoryReservation, bytes: number): void {
    const heavy = bytes > this.#lightPage ? this.#heavy.tryAcquire({ weight: 1 }) : undefined
    if (heavy !== undefined) reservation.moveTo(heavy)
    reservation.resize(bytes)
    if (bytes > this.#guessOf(stream)) this.#guesses.set(stream, { bytes, isMeasured: true })
  }

  #guessOf(stream: string): number {
    return this.#guesses.get(stream)?.bytes ?? this.#lightPage
  }

  #roomFor(bytes: number): { room: SemaphoreLimiter; weight: number } {
    return bytes <= this.#lightPage
      ? { room: this.#light, weight: this.#lightPage }
      : { room: this.#heavy, weight: Math.min(bytes, this.#heavy.maxConcurrent) }
  }

  #reservationOf(stream: string, permit: Permit, room: SemaphoreLimiter, weight: number): MemoryReservation {
    const isWhole = room === this.#heavy && weight === room.maxConcurrent
    return new MemoryReservation(permit, isWhole ? Infinity : weight, bytes => this.#larger(stream, bytes))
  }

  /** Pages of the stream that depart meanwhile are taken to be as heavy. */
  #larger(stream: string, bytes: number): Permit | undefined {
    if (bytes > this.#guessOf(stream)) this.#guesses.set(stream, { bytes, isMeasured: false })
    const { room, weight } = this.#roomFor(bytes)
    return room.tryAcquire({ weight })
  }
}

function roomFor(bytes: number): SemaphoreLimiter {
  return new SemaphoreLimiter({ maxConcurrent: bytes, acquireTimeoutMs: Infinity })
}
