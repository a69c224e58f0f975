/** Reads a source to its end, or closes it before: a source that has ended by itself is not closed again. */
export class SourceReader<T> {
  readonly #iterator: AsyncIterator<T>
  #hasEnded = false

  constructor(source: AsyncIterable<T>) {
    this.#iterator = source[Symbol.asyncIterator]()
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  async next(): Promise<IteratorResult<T, unknown>> {
    try {
      const result = await this.#iterator.next()
      if (result.done === true) this.#hasEnded = true
      return result
    } catch (error) {
      this.#hasEnded = true
      throw error
    }
  }

  async close(): Promise<void> {
    if (this.#hasEnded) return
    this.#hasEnded = true
    await this.#iterator.return?.()
  }
}
