/**
 * A body as it arrives. Where its size is told, it is put together in place; else all its pieces are joined
 * at its end. Fields are plain, not `#private`: one is made for every body that is kept.
 */
export class BodyBuffer {
  private whole: Uint8Array | undefined = undefined
  private pieces: Uint8Array[] = []
  private bytes = 0

  /** It will have so many bytes. */
  expect(bytes: number): void {
    this.whole ??= this.joined(bytes)
  }

  /** Nobody else may write to the piece. */
  add(piece: Uint8Array): void {
    if (this.whole === undefined) this.pieces.push(piece)
    else this.whole.set(piece, this.bytes)
    this.bytes += piece.length
  }

  /** All of it, alone in its buffer. */
  take(): Uint8Array {
    this.whole ??= this.joined(this.bytes)
    return this.whole.length === this.bytes ? this.whole : this.whole.slice(0, this.bytes)
  }

  private joined(length: number): Uint8Array {
    const whole = new Uint8Array(length)
    let at = 0
    for (const piece of this.pieces) {
      whole.set(piece, at)
      at += piece.length
    }
    this.pieces = []
    return whole
  }
}
