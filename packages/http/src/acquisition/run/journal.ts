import type { AttemptFailure, DepartureRow, Journal, NoticeRow, QuietRow, Run } from '../ledger/index.js'
import type { TransitionRow } from '../summary/index.js'

interface Lines {
  departures: DepartureRow[]
  failures: AttemptFailure[]
  transitions: TransitionRow[]
  notices: NoticeRow[]
  quiets: QuietRow[]
}

const noLines = (): Lines => ({ departures: [], failures: [], transitions: [], notices: [], quiets: [] })

/**
 * Writes what happens on the wire to the ledger, all of one turn of the event loop at once: a killed process
 * loses no more than that turn.
 */
export class JournalWriter {
  readonly #run: Pick<Run, 'log'>
  readonly #onError: (error: unknown) => void
  #lines = noLines()
  #turn: ReturnType<typeof setImmediate> | undefined
  #writing: Promise<void> = Promise.resolve()

  /** `onError` is told what could not be written; `flush` rejects with it too. */
  constructor(run: Pick<Run, 'log'>, onError: (error: unknown) => void) {
    this.#run = run
    this.#onError = onError
  }

  departure(row: DepartureRow): void {
    this.#lines.departures.push(row)
    this.#schedule()
  }

  failure(row: AttemptFailure): void {
    this.#lines.failures.push(row)
    this.#schedule()
  }

  transition(row: TransitionRow): void {
    this.#lines.transitions.push(row)
    this.#schedule()
  }

  quiet(row: QuietRow): void {
    this.#lines.quiets.push(row)
    this.#schedule()
  }

  notice(row: NoticeRow): void {
    this.#lines.notices.push(row)
    this.#schedule()
  }

  /** Resolves when all that was handed in so far is in the ledger. */
  flush(): Promise<void> {
    if (this.#turn === undefined) return this.#writing
    clearImmediate(this.#turn)
    this.#turn = undefined
    const lines: Journal = this.#lines
    this.#lines = noLines()
    this.#writing = this.#writing.then(() => this.#run.log(lines))
    return this.#writing
  }

  #schedule(): void {
    this.#turn ??= setImmediate(() => {
      this.flush().catch(this.#onError)
    })
  }
}
