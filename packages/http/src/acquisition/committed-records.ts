import type { Clock, Within } from 'async-patterns'
import { checkOptions, systemClock } from 'async-patterns'
import type { PipelineConfig, PipelineInput } from './configuration/index.js'
import { streamCalled, usableConfig } from './configuration/index.js'
import type { RecordChange } from './ledger/index.js'
import { LedgerError, SqliteReader } from './ledger/index.js'
import { resultPaths } from './sinks/index.js'

/** Which of a stream's records are read, and for how long. */
export interface RecordsOptions {
  /** The position of the last record that was read: those that were written after it. Default 0: all. */
  readonly after?: number
  /**
   * A run, as `acquire` returned it: what it commits is read as it comes, until this has settled and all is read. What
   * it rejects with is not told here. Default: what stands there now is read.
   */
  readonly until?: PromiseLike<unknown>
  /** Ends the wait for more, with the abort reason. Default: nobody does. */
  readonly signal?: AbortSignal
  /** Default: the system's. */
  readonly clock?: Clock
}

/** One that is missing does not compile. */
const KNOWN: Readonly<Record<keyof RecordsOptions, true>> = {
  after: true,
  until: true,
  signal: true,
  clock: true,
}

/** So often it is looked whether more was committed. */
const LOOK_MS = 100

/**
 * The committed records of a stream, each as it stands now, in the order of the commits that wrote them last; one
 * that changes while it is read comes again, and one that is gone has `fields: null` or `deletedAt`. Keep the
 * `position` of the last one that was done with, and give it as `after` to go on from there, in another process too. No more than
 * 1,000 are in memory. The ledger is the embedded one of the output folder; a run that writes it, here or in another
 * process, is neither held up nor in the way. A run with `fresh` puts the ledger aside: positions begin anew.
 * @throws RangeError (rejects) for a stream that there is not and a position that is none; LedgerError where
 *   there is no ledger, or one that is not this pipeline's; ConfigError, as `acquire` does.
 */
export async function* records(
  pipeline: PipelineInput | PipelineConfig,
  stream: string,
  options: RecordsOptions = {},
): AsyncGenerator<RecordChange, void> {
  checkOptions('records', options, Object.keys(KNOWN))
  const { after = 0, until, signal, clock = systemClock } = options
  if (!Number.isSafeInteger(after) || after < 0)
    throw new RangeError(`after is ${after}; allowed is a position, a whole number from 0`)
  const { config } = usableConfig(pipeline)
  const name = streamCalled(stream, config.streams)
  const wait = waiting(until, clock, { ...(signal !== undefined && { signal }) })
  const { ledger: file } = resultPaths(config.output)
  using reader = await opened({ file, pipeline: config.name }, wait)
  let position = after
  for (let isLast = false; ; ) {
    for (const change of reader.records(name, position)) {
      position = change.position
      yield change
    }
    if (isLast) return
    isLast = !(await wait())
  }
}

/** Resolves when there may be more, with whether there may be more still after that. */
type Wait = () => Promise<boolean>

function waiting(until: PromiseLike<unknown> | undefined, clock: Clock, within: Within): Wait {
  let hasEnded = until === undefined
  const end = (): void => void (hasEnded = true)
  const ended = Promise.resolve(until).then(end, end)
  return async () => {
    if (!hasEnded) await Promise.race([ended, clock.sleep(LOOK_MS, within)])
    return !hasEnded
  }
}

/** @throws LedgerError (rejects) where there is none and nobody makes one any more. */
async function opened(
  options: { readonly file: string; readonly pipeline: string },
  wait: Wait,
): Promise<SqliteReader> {
  for (let isLast = false; ; ) {
    const reader = SqliteReader.open(options)
    if (reader !== undefined) return reader
    const { file } = options
    if (isLast) throw new LedgerError(`${file} is not there: no run has begun in its folder`, file)
    isLast = !(await wait())
  }
}
