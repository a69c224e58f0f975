import type { AcquireEvent } from '../../acquisition/index.js'
import { printable } from '../../display/index.js'
import { errorText, wrapped } from '../../measurements/index.js'
import type { Progress } from './progress.js'
import { SourceLines, timeOfDay } from './source-lines.js'

const REDRAW_MS = 100

/** A quiet as long as this is told in a line of its own. */
const LONG_QUIET_MS = 5_000

const UP_AND_CLEAR = (lines: number): string => (lines === 0 ? '' : `\u001B[${lines}A\u001B[0J`)

/**
 * One line for each source on a terminal, redrawn in place. What went wrong with a source stays above them, each
 * kind once.
 */
export class LiveProgress implements Progress {
  readonly #terminal: NodeJS.WriteStream
  readonly #lines = new SourceLines(() => performance.now())
  readonly #timer: ReturnType<typeof setInterval>
  readonly #told = new Set<string>()
  /** They are written above the lines that are redrawn, and stay. */
  #above: string[] = []
  #drawn = 0
  #notice = ''

  constructor(terminal: NodeJS.WriteStream) {
    this.#terminal = terminal
    this.#timer = setInterval(() => this.#draw(), REDRAW_MS)
    this.#timer.unref()
  }

  show(event: AcquireEvent): void {
    this.#lines.add(event)
    this.#tell(event)
    if (event.type === 'run-opened' && event.resumed) this.#notice = 'continuing the last run'
    if (event.type === 'warning') this.#notice = `${event.source}: ${event.message}`
    if (event.type === 'stopping') {
      this.#notice = `stopping (${event.reason}); pages in flight have ${event.graceMs} ms; once more stops at once`
    }
  }

  end(): void {
    this.#terminal.write(UP_AND_CLEAR(this.#drawn) + this.#above.join(''))
    this.#above = []
    this.#drawn = 0
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #tell(event: AcquireEvent): void {
    const told = toldOf(event)
    if (told === undefined || this.#told.has(told.key)) return
    this.#told.add(told.key)
    const lines = wrapped(printable(told.text), sizeOf(this.#terminal).columns - 1, '  ')
    this.#above.push(...lines.map(line => `${line}\n`))
  }

  /** A line that wrapped, or one that left the screen above, would spoil the count of lines to go up. */
  #draw(): void {
    const { columns, rows } = sizeOf(this.#terminal)
    const texts = fitting([...this.#lines.render(), ...(this.#notice === '' ? [] : [this.#notice])], rows - 1)
    const lines = texts.map(line => `${printable(line).slice(0, columns - 1)}\n`)
    this.#terminal.write(UP_AND_CLEAR(this.#drawn) + this.#above.join('') + lines.join(''))
    this.#above = []
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
  if (most < 3) return lines.slice(-Math.max(1, most))
  return [...lines.slice(0, most - 2), `… and ${lines.length - most + 1} more`, ...lines.slice(-1)]
}

/** What is worth a line of its own, and by what it is known again. */
function toldOf(event: AcquireEvent): { key: string; text: string } | undefined {
  switch (event.type) {
    case 'attempt-failed':
    case 'page-failed':
      return { key: `${event.source} ${event.code}`, text: `${event.source}: ${errorText(event)}` }
    case 'notice':
      return { key: `${event.source} ${noticed(event)}`, text: `${event.source}: ${event.message}` }
    case 'source-gave-up':
      return { key: `${event.source} gave up`, text: `${event.source}: ${event.message}` }
    case 'throttled': {
      const { source, askedBy, until, waitMs } = event
      const text = `${source}: quiet until ${timeOfDay(until)}, asked by ${askedBy}`
      return waitMs < LONG_QUIET_MS ? undefined : { key: `${source} quiet`, text }
    }
    case 'delivery-failed':
      return { key: `${event.sink} ${event.message}`, text: `sink ${event.sink}: ${event.message}` }
    default:
      return undefined
  }
}

/** One quiet is told as it begins, and again where it is left to a later run. */
const noticed = ({ code, message }: { readonly code: string; readonly message: string }): string =>
  code === 'QUIET' || code === 'QUOTA' ? 'quiet' : message
