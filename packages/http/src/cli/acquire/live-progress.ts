import type { AcquireEvent } from '../../acquisition/index.js'
import { printable } from '../../display/index.js'
import type { Progress } from './progress.js'
import { SourceLines } from './source-lines.js'

const REDRAW_MS = 100
const UP_AND_CLEAR = (lines: number): string => (lines === 0 ? '' : `\u001B[${lines}A\u001B[0J`)

/** One line for each source on a terminal, redrawn in place. */
export class LiveProgress implements Progress {
  readonly #terminal: NodeJS.WriteStream
  readonly #lines = new SourceLines(() => performance.now())
  readonly #timer: ReturnType<typeof setInterval>
  #drawn = 0
  #notice = ''

  constructor(terminal: NodeJS.WriteStream) {
    this.#terminal = terminal
    this.#timer = setInterval(() => this.#draw(), REDRAW_MS)
    this.#timer.unref()
  }

  show(event: AcquireEvent): void {
    this.#lines.add(event)
    if (event.type === 'run-opened' && event.resumed) this.#notice = 'continuing the last run'
    if (event.type === 'warning') this.#notice = `${event.source}: ${event.message}`
    if (event.type === 'stopping') {
      this.#notice = `stopping (${event.reason}); pages in flight have ${event.graceMs} ms; once more stops at once`
    }
  }

  end(): void {
    this.#terminal.write(UP_AND_CLEAR(this.#drawn))
    this.#drawn = 0
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  /** A line that wrapped, or one that left the screen above, would spoil the count of lines to go up. */
  #draw(): void {
    const { columns, rows } = sizeOf(this.#terminal)
    const texts = fitting([...this.#lines.render(), ...(this.#notice === '' ? [] : [this.#notice])], rows - 1)
    const lines = texts.map(line => `${printable(line).slice(0, columns - 1)}\n`)
    this.#terminal.write(UP_AND_CLEAR(this.#drawn) + lines.join(''))
    this.#drawn = lines.length
  }
}

/** A terminal that does not know its size says 0. */
function sizeOf({ columns, rows }: NodeJS.WriteStream): { columns: number; rows: number } {
  return { columns: columns || 80, rows: rows || 24 }
}

/** The last line, a notice perhaps, stays. */
function fitting(lines: readonly string[], most: number): readonly string[] {
  if (lines.length <= most) return lines
  return [...lines.slice(0, most - 2), `… and ${lines.length - most + 1} more`, ...lines.slice(-1)]
}
