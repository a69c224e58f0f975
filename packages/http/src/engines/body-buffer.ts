/** A body as it arrives. Where its size is told, it is put together in place; else all its pieces are joined at its end. */
export class BodyBuffer {
  #whole: Uint8Array | undefined = undefined
  #pieces: Uint8Array[] = []
  #bytes = 0

  /** It will have so many bytes. */
  expect(bytes: number): void {
    if (this.#whole === undefined) this.#joinInto(new Uint8Array(bytes))
  }

  /** Nobody else may write to the piece. */
  add(piece: Uint8Array): void {
    if (this.#whole === undefined) this.#pieces.push(piece)
    else this.#whole.set(piece, this.#bytes)
    this.#bytes += piece.length
  }

  /** All of it, alone in its buffer. */
  take(): Uint8Array {
    if (this.#whole === undefined) this.#joinInto(new Uint8Array(this.#bytes))
    const whole = this.#whole as unknown as Uint8Array
    return whole.length === this.#bytes ? whole : whole.slice(0, this.#bytes)
  }

  #joinInto(whole: Uint8Array): void {
    let at = 0
    for (const piece of this.#pieces) {
      whole.set(piece, at)
      at += piece.length
    }
    this.#pieces = []
    this.#whole = whole
  }
}
