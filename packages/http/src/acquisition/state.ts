import { existsSync } from 'node:fs'
import type { Clock } from 'async-patterns'
import { systemClock } from 'async-patterns'
import type { PipelineConfig } from './configuration/index.js'
import { keptSince } from './configuration/index.js'
import type { KeptCursor, Ledger } from './ledger/index.js'
import { SqliteLedger } from './ledger/index.js'
import { resultPaths } from './sinks/index.js'
import type { StreamConfig } from './streams/index.js'
import { fixedPartitions, foundParts, StreamPages } from './streams/index.js'

/** Which state is meant. Default: all that is kept. */
export interface StateChoice {
  /** Full names. */
  readonly streams?: readonly string[] | undefined
  /** As they are shown: `project.id=17,state=open`. */
  readonly parts?: readonly string[] | undefined
}

/**
 * How far the streams of a pipeline have come, as its ledger keeps it. The ledger is held meanwhile: while a run
 * goes on, what is told of here rejects with LedgerLockedError.
 */
export class PipelineState {
  readonly #config: PipelineConfig
  readonly #file: string
  readonly #clock: Clock

  constructor(config: PipelineConfig, clock: Clock = systemClock) {
    this.#config = config
    this.#file = resultPaths(config.output).ledger
    this.#clock = clock
  }

  /** @throws RangeError (rejects) for a stream or part of which nothing is kept. */
  async show(choice: StateChoice = {}): Promise<readonly KeptCursor[]> {
    if (!existsSync(this.#file)) return this.#chosen([], choice)
    return await this.#withLedger(async ledger =>
      this.#chosen(await ledger.cursors(this.#config.name), choice),
    )
  }

  /**
   * Sets parts of one stream to a value, as `since.start` takes it. Default: those that are known.
   * @throws RangeError (rejects) for a stream without `since`, an unknown part, a value that is none.
   */
  async set({ streams, parts }: StateChoice, value: string): Promise<readonly KeptCursor[]> {
    const stream = this.#streamToSet(streams)
    const state = keptSince(stream.since as NonNullable<typeof stream.since>, value, this.#clock.wallNow())
    return await this.#withLedger(async ledger => {
      const kept = await ledger.cursors(this.#config.name)
      const cursors = partsToSet(stream, kept, parts).map(part => ({ stream: stream.name, part, state }))
      await ledger.setCursors(this.#config.name, cursors)
      return cursors
    })
  }

  /** Forgets it, and says what was forgotten. @throws RangeError (rejects), as `show` does. */
  async reset(choice: StateChoice = {}): Promise<readonly KeptCursor[]> {
    if (!existsSync(this.#file)) return this.#chosen([], choice)
    return await this.#withLedger(async ledger => {
      const forgotten = this.#chosen(await ledger.cursors(this.#config.name), choice)
      const bare = forgotten.map(({ stream, part }) => ({ stream, part }))
      await ledger.setCursors(this.#config.name, bare)
      return forgotten
    })
  }

  #chosen(kept: readonly KeptCursor[], { streams, parts }: StateChoice): readonly KeptCursor[] {
    const ofStreams = kept.filter(({ stream }) => streams?.includes(stream) ?? true)
    // Also one that the file does not have any more.
    const names = [...this.#config.streams.map(({ name }) => name), ...kept.map(({ stream }) => stream)]
    checkKnown('stream', streams, new Set(names))
    checkKnown('part', parts, new Set(ofStreams.map(({ part }) => part)))
    return ofStreams.filter(({ part }) => parts?.includes(part) ?? true)
  }

  #streamToSet(names: readonly string[] | undefined): StreamConfig {
    const incremental = this.#config.streams.filter(({ since }) => since !== undefined)
    const [found, more] = incremental.filter(({ name }) => names === undefined || names.includes(name))
    if (found !== undefined && more === undefined) return found
    const allowed = incremental.map(({ name }) => name).join(', ')
    if (allowed === '') throw new RangeError('no stream of the pipeline has a since, so nothing is kept')
    throw new RangeError(`one stream with since has to be named; allowed are ${allowed}`)
  }

  async #withLedger<T>(work: (ledger: Ledger) => Promise<T>): Promise<T> {
    await using ledger = new SqliteLedger({ file: this.#file, clock: this.#clock })
    return await work(ledger)
  }
}

const SHOWN = 10

function checkKnown(what: string, named: readonly string[] | undefined, known: ReadonlySet<string>): void {
  const unknown = named?.find(name => !known.has(name))
  if (unknown === undefined) return
  const told = known.size === 0 ? 'nothing is kept' : `there are ${listed([...known])}`
  throw new RangeError(`there is no ${what} ${quoted(unknown)}; ${told}`)
}

function listed(names: readonly string[]): string {
  const rest = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : ''
  return `${names.slice(0, SHOWN).map(quoted).join(', ')}${rest}`
}

const quoted = (name: string): string => JSON.stringify(name)

/** Parts that are found on the way, those of a parent's records, cannot be checked before. */
function partsToSet(
  stream: StreamConfig,
  kept: readonly KeptCursor[],
  named: readonly string[] | undefined,
): readonly string[] {
  const pages = new StreamPages(stream, { id: '', startedAt: 0 })
  const isFound = foundParts(stream.for).length > 0
  const known = isFound
    ? kept.filter(one => one.stream === stream.name).map(({ part }) => part)
    : Array.from(fixedPartitions(stream.for, 0), one => pages.keyOf(one))
  if (named === undefined && known.length === 0)
    throw new RangeError(`nothing is kept of ${stream.name} yet: name its parts`)
  const unknown = isFound ? undefined : named?.find(part => !known.includes(part))
  if (unknown === undefined) return named ?? known
  throw new RangeError(`${stream.name} has no part ${quoted(unknown)}; it has ${listed(known)}`)
}
