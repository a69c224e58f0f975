import { checkNumber } from '../../core/index.js'

const SMALL = 16
/** From this length on, an array that has run empty is given back. */
const LARGE = 4096

function emptySlots(length: number): undefined[] {
  return Array.from<undefined>({ length })
}

/** A first-in, first-out line in one array that grows by doubling; all in constant time. */
class Ring<T> {
  #slots: (T | undefined)[] = emptySlots(SMALL)
  #head = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  /** The oldest; call it only while there is one. */
  get first(): T {
    return this.#slots[this.#head] as T
  }

  push(item: T): void {
    if (this.#size === this.#slots.length) this.#grow()
    this.#slots[(this.#head + this.#size) & (this.#slots.length - 1)] = item
    this.#size += 1
  }

  /** Takes out the oldest; call it only while there is one. */
  shift(): T {
    const item = this.#slots[this.#head] as T
    this.#slots[this.#head] = undefined
    this.#head = (this.#head + 1) & (this.#slots.length - 1)
    this.#size -= 1
    if (this.#size === 0 && this.#slots.length >= LARGE) this.#reset()
    return item
  }

  #reset(): void {
    this.#slots = emptySlots(SMALL)
    this.#head = 0
  }

  #grow(): void {
    const { length } = this.#slots
    const inOrder = [...this.#slots.slice(this.#head), ...this.#slots.slice(0, this.#head)]
    this.#slots = inOrder.concat(emptySlots(length))
    this.#head = 0
  }
}

/** How much a queue may hold. */
export interface Bounds<T> {
  readonly maxItems: number
  readonly maxBytes: number
  readonly sizeOf?: (item: T) => number
}

/** The items of a queue with their sizes, and whether more fit. */
export class QueueBuffer<T> {
  readonly #bounds: Bounds<T>
  readonly #items = new Ring<T>()
  /** The size of each item, in the same order; empty while items have no size. */
  readonly #sizes = new Ring<number>()
  #bytes = 0

  constructor(bounds: Bounds<T>) {
    this.#bounds = bounds
  }

  get size(): number {
    return this.#items.size
  }

  get bytes(): number {
    return this.#bytes
  }

  get first(): T {
    return this.#items.first
  }

  /** The size of an item; asked once, for it may change while the item waits. */
  measure(item: T): number {
    const { sizeOf } = this.#bounds
    if (sizeOf === undefined) return 0
    const bytes = sizeOf(item)
    checkNumber('BoundedQueue.sizeOf(item)', bytes, { min: 0 })
    return bytes
  }

  /** What is larger than the whole enters when it is alone. */
  fits(bytes: number): boolean {
    if (this.#items.size === 0) return true
    return this.#items.size < this.#bounds.maxItems && this.#bytes + bytes <= this.#bounds.maxBytes
  }

  push(item: T, bytes: number): void {
    this.#items.push(item)
    if (this.#bounds.sizeOf === undefined) return
    this.#sizes.push(bytes)
    this.#bytes += bytes
  }

  shift(): T {
    if (this.#bounds.sizeOf !== undefined) {
      this.#bytes -= this.#sizes.shift()
      // Fractional sizes do not add up to exactly nothing.
      if (this.#sizes.size === 0) this.#bytes = 0
    }
    return this.#items.shift()
  }

  /** Whether there is enough to fill a batch, or as much as the queue may hold. */
  fills(maxItems: number, maxBytes: number): boolean {
    const bounds = this.#bounds
    return (
      this.#items.size >= Math.min(maxItems, bounds.maxItems) ||
      this.#bytes >= Math.min(maxBytes, bounds.maxBytes)
    )
  }

  /** At least one item, and more as far as they are there and keep within both limits. */
  shiftBatch(maxItems: number, maxBytes: number): T[] {
    const batch: T[] = []
    let bytes = 0
    do {
      bytes += this.#nextBytes()
      batch.push(this.shift())
    } while (this.size > 0 && batch.length < maxItems && bytes + this.#nextBytes() <= maxBytes)
    return batch
  }

  #nextBytes(): number {
    return this.#bounds.sizeOf === undefined ? 0 : this.#sizes.first
  }
}
