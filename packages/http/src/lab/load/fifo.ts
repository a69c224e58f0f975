/** First in, first out, in constant time each: an array with a moving front. */
export class Fifo<T> {
  #items: T[] = []
  #front = 0

  get length(): number {
    return this.#items.length - this.#front
  }

  peek(): T | undefined {
    return this.#items[this.#front]
  }

  push(item: T): void {
    this.#items.push(item)
  }

  shift(): T | undefined {
    if (this.#front === this.#items.length) return undefined
    const item = this.#items[this.#front++]
    if (this.#front >= 1_024 && this.#front * 2 >= this.#items.length) this.#compact()
    return item
  }

  #compact(): void {
    this.#items = this.#items.slice(this.#front)
    this.#front = 0
  }
}
