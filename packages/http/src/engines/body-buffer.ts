/**
 * A body as it arrives, in one buffer: pieces are copied into it, for a small piece on its own holds the whole
 * of what was read from the socket. It grows to the size that was told, or else to twice what it was. Fields are plain, not `#private`: one is made for every body that is kept.
 */
export class BodyBuffer {
  private buffer = new Uint8Array(0)
  private bytes = 0

  /** It will have so many bytes. */
  expect(bytes: number): void {
    if (bytes > this.buffer.length) this.resize(bytes)
  }

  /** The piece is copied. `roomBytes`: the buffer takes no more, if that is enough for what is in it. */
  add(piece: Uint8Array, roomBytes: number): void {
    const needed = this.bytes + piece.length
    if (needed > this.buffer.length)
      this.resize(Math.max(needed, Math.min(2 * this.buffer.length, roomBytes)))
    this.buffer.set(piece, this.bytes)
    this.bytes = needed
  }

  /** All of it, alone in its buffer. */
  take(): Uint8Array {
    return this.buffer.length === this.bytes ? this.buffer : this.buffer.slice(0, this.bytes)
  }

  private resize(length: number): void {
    const larger = new Uint8Array(length)
    larger.set(this.buffer.subarray(0, this.bytes))
    this.buffer = larger
  }
}
