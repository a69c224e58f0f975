import type { Permit } from 'async-patterns'
import type { BodyRoom } from '../../engines/index.js'

/** The memory of one page in the budget, from its departure until its commit. */
export class MemoryReservation implements BodyRoom {
  #permit: Permit
  #bytes: number
  readonly #larger: (bytes: number) => Permit | undefined
  #isReleased = false

  /** `bytes` is what the page may weigh here; `larger` reserves more, if there is one now. */
  constructor(permit: Permit, bytes: number, larger: (bytes: number) => Permit | undefined) {
    this.#permit = permit
    this.#bytes = bytes
    this.#larger = larger
  }

  get bytes(): number {
    return this.#bytes
  }

  /**
   * The old permit goes before the new one is asked for: who gets none is given up, and has no use for the
   * old one.
   */
  grow(bytes: number): boolean {
    if (this.#isReleased) return false
    this.#permit.release()
    const permit = this.#larger(bytes)
    if (permit === undefined) return false
    this.#permit = permit
    this.#bytes = bytes
    return true
  }

  /** The page's weight is known. */
  resize(bytes: number): void {
    this.#permit.resize(Math.max(1, bytes))
  }

  /** The page is counted elsewhere from now on. */
  moveTo(permit: Permit): void {
    this.#permit.release()
    this.#permit = permit
    if (this.#isReleased) permit.release()
  }

  /** A second call does nothing. */
  release(): void {
    this.#isReleased = true
    this.#permit.release()
  }
}
