import { printable } from '../display/index.js'

const CLEAR = '\r\u001B[2K'
/** Where the output is no terminal, a line this often is enough. */
const EVERY_MS = 5_000

/**
 * What is going on now: redrawn in place on a terminal, else a line now and then. Dispose it to clear it
 * away.
 */
export class ProgressLine implements Disposable {
  readonly #stream: NodeJS.WriteStream
  #writtenAt = -Infinity

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
  }

  show(given: string): void {
    const text = printable(given)
    if (this.#stream.isTTY) {
      this.#stream.write(CLEAR + text.slice(0, this.#stream.columns - 1))
      return
    }
    const now = performance.now()
    if (now - this.#writtenAt < EVERY_MS) return
    this.#writtenAt = now
    this.#stream.write(`${text}\n`)
  }

  [Symbol.dispose](): void {
    if (this.#stream.isTTY) this.#stream.write(CLEAR)
  }
}
