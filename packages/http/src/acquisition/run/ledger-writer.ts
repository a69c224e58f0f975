import type { Clock } from 'async-patterns'
import { Deferred, systemClock } from 'async-patterns'
import type {
  AttemptFailure,
  DepartureRow,
  Journal,
  NoticeRow,
  PageCommit,
  QuietRow,
  Run,
} from '../ledger/index.js'
import type { TransitionRow } from '../summary/index.js'

interface Lines {
  departures: DepartureRow[]
  failures: AttemptFailure[]
  transitions: TransitionRow[]
  notices: NoticeRow[]
  quiets: QuietRow[]
}

const noLines = (): Lines => ({ departures: [], failures: [], transitions: [], notices: [], quiets: [] })

/** A page on its way into the ledger. */
interface Waiting {
  readonly page: PageCommit
  readonly answer: Deferred<Committed>
}

/** What became of a committed page, and what is left after it. */
export interface Committed {
  readonly result: 'done' | 'stale'
  /** Of the whole run. */
  readonly openPages: number
  /** Of the page's stream. */
  readonly openPagesOfStream: number
}

/** One transaction holds no more pages than this, so that the event loop is not blocked for long. */
const PAGES_PER_TRANSACTION = 200

/**
 * Writes to the ledger what happens on the wire and what pages bring, all of one turn of the event loop in one
 * transaction: a killed process loses no more than that turn. What comes while it writes goes into the next
 * one.
 */
export class LedgerWriter {
  readonly #run: Pick<Run, 'log' | 'commit'>
  readonly #onError: (error: unknown) => void
  #lines: Lines | undefined
  #pages: Waiting[] = []
  readonly #clock: Clock
  #isScheduled = false
  #writing: Promise<void> = Promise.resolve()

  /** `onError` is told what could not be written; `flush` and `commit` reject with it too, then and later. */
  constructor(run: Pick<Run, 'log' | 'commit'>, onError: (error: unknown) => void, clock = systemClock) {
    this.#run = run
    this.#clock = clock
    this.#onError = onError
  }

  commit(page: PageCommit): Promise<Committed> {
    const answer = new Deferred<Committed>()
    this.#pages.push({ page, answer })
    this.#schedule()
    return answer.promise
  }

  departure(row: DepartureRow): void {
    this.#turnsLines().departures.push(row)
  }

  failure(row: AttemptFailure): void {
    this.#turnsLines().failures.push(row)
  }

  transition(row: TransitionRow): void {
    this.#turnsLines().transitions.push(row)
  }

  quiet(row: QuietRow): void {
    this.#turnsLines().quiets.push(row)
  }

  notice(row: NoticeRow): void {
    this.#turnsLines().notices.push(row)
  }

  /** Resolves when all that was handed in so far is in the ledger. */
  flush(): Promise<void> {
    if (!this.#isScheduled) return this.#writing
    this.#isScheduled = false
    const written = this.#writing.then(() => this.#write())
    this.#writing = written
    written.catch((error: unknown) => {
      for (const { answer } of this.#pages.splice(0)) answer.reject(error)
    })
    return written
  }

  #turnsLines(): Lines {
    this.#schedule()
    return (this.#lines ??= noLines())
  }

  /** Time that is handed in may stand still while the event loop turns: its turn is over when no time is. */
  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    if (this.#clock === systemClock) setImmediate(this.#endTurn)
    else this.#clock.setTimer(this.#endTurn, 0)
  }

  readonly #endTurn = (): void => {
    this.flush().catch(this.#onError)
  }

  async #write(): Promise<void> {
    const lines: Journal | undefined = this.#lines
    this.#lines = undefined
    const pages = this.#pages.splice(0, PAGES_PER_TRANSACTION)
    if (this.#pages.length > 0) this.#schedule()
    if (pages.length === 0) return lines && this.#run.log(lines)
    try {
      await this.#commit(pages, lines)
    } catch (error) {
      for (const { answer } of pages) answer.reject(error)
      throw error
    }
  }

  async #commit(pages: readonly Waiting[], lines: Journal | undefined): Promise<void> {
    const commits = pages.map(({ page }) => page)
    const { results, openPages, openPagesOf } = await this.#run.commit(commits, lines)
    for (const [index, { page, answer }] of pages.entries()) {
      const openPagesOfStream = openPagesOf.get(page.claim.page.stream) ?? 0
      answer.resolve({ result: results[index] ?? 'stale', openPages, openPagesOfStream })
    }
  }
}
