const SMALL = 16
/** From this length on, an array that has run empty is given back. */
const LARGE = 4096

function emptySlots(length: number): undefined[] {
  return Array.from<undefined>({ length })
}

/** A first-in, first-out line in one array that grows by doubling; all in constant time. */
export class Ring<T> {
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
