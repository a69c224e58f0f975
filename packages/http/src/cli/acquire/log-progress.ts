import { pino } from 'pino'
import type { Logger } from 'pino'
import type { AcquireEvent, Summary } from '../../acquisition/index.js'
import { printable } from '../../display/index.js'
import { UsageError } from '../usage-error.js'
import type { Progress } from './progress.js'
import { SourceLines } from './source-lines.js'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const

export type LogLevel = (typeof LOG_LEVELS)[number]

/** @throws UsageError when there is no such level. */
export function logLevel(text: string | undefined): LogLevel {
  const level = LOG_LEVELS.find(known => known === (text ?? 'info'))
  if (level !== undefined) return level
  throw new UsageError(`--log-level is ${JSON.stringify(text)}; allowed is one of ${LOG_LEVELS.join(', ')}`)
}

/** How much each event matters to whoever reads the log afterwards. */
const LEVELS: Readonly<Record<AcquireEvent['type'], 'debug' | 'info' | 'warn' | 'error'>> = {
  'run-opened': 'info',
  departure: 'debug',
  'page-done': 'debug',
  'attempt-failed': 'warn',
  'page-failed': 'error',
  throttled: 'warn',
  notice: 'warn',
  breaker: 'warn',
  'source-gave-up': 'error',
  warning: 'warn',
  stopping: 'warn',
  delivered: 'info',
  'delivery-failed': 'error',
  finished: 'info',
}

const PROGRESS_MS = 5_000

/**
 * One JSON object a line: for machines, and for people who come later. Every few seconds it says how each
 * source stands.
 */
export class LogProgress implements Progress {
  readonly #logger: Logger
  readonly #lines = new SourceLines(() => performance.now())
  readonly #timer: ReturnType<typeof setInterval>

  constructor(level: LogLevel, stream: NodeJS.WritableStream) {
    const formatters = { level: (label: string) => ({ level: label }) }
    const options = { level, base: null, formatters, timestamp: pino.stdTimeFunctions.isoTime }
    this.#logger = pino(options, { write: line => stream.write(printable(line)) })
    this.#timer = setInterval(() => this.#tellProgress(), PROGRESS_MS)
    this.#timer.unref()
  }

  show(event: AcquireEvent): void {
    this.#lines.add(event)
    const { type, ...data } = event
    this.#logger[LEVELS[type]](data, type)
  }

  end({ run, totals, sources }: Summary, paths: Readonly<Record<string, string>>): void {
    for (const source of sources) {
      const { name, status, pages, accepted, rejected, duplicates, redactions, coverage, errors } = source
      const level = status === 'complete' && redactions === 0 ? 'info' : 'warn'
      this.#logger[level](
        { source: name, status, pages, accepted, rejected, duplicates, redactions, ...coverage, errors },
        'source',
      )
    }
    this.#logger.info(
      { status: run.status, durationMs: run.durationMs, ...totals, results: paths },
      'results',
    )
  }

  #tellProgress(): void {
    for (const progress of this.#lines.moved()) this.#logger.info(progress, 'progress')
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    this.#logger.flush()
  }
}
