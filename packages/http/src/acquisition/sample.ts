import { existsSync, rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkOptions } from 'async-patterns'
import type { SourceSummary, Summary } from '../measurements/index.js'
import { errorText } from '../measurements/index.js'
import type { AcquireOptions } from './acquire.js'
import { acquireUntil } from './acquire.js'
import type { PipelineConfig } from './configuration/index.js'
import { SqliteLedger } from './ledger/index.js'
import { SampleBudget } from './run/index.js'
import type { EndedRun, ResultWriter } from './sinks/index.js'
import { resultPaths } from './sinks/index.js'

/** How a sample is taken. */
export interface SampleOptions extends Pick<AcquireOptions, 'signal' | 'onEvent' | 'secrets' | 'clock'> {
  /** Of each stream no more records than this are taken. */
  readonly count: number
}

/** What a stream has brought. */
export interface SampledStream {
  readonly name: string
  readonly records: readonly Readonly<Record<string, unknown>>[]
  readonly rejected: number
  /** What kept it from bringing more. */
  readonly problems: readonly string[]
}

/** Records of each stream, and how the run ended. */
export interface Sample {
  readonly end: Summary['run']['end']
  readonly streams: readonly SampledStream[]
}

const KNOWN: Readonly<Record<keyof SampleOptions, true>> = {
  count: true,
  signal: true,
  onEvent: true,
  secrets: true,
  clock: true,
}

/**
 * The first records of each stream, with as few requests as that needs, one at a time for each source; of streams
 * that are taken for records of another, those of the first of them. Nothing is stored, but a refresh token that
 * was exchanged: that one is kept in the output folder, as a run does. State is neither read nor moved.
 * @throws LedgerLockedError (rejects) while a run of the pipeline goes on, RangeError for a count that is none.
 */
export async function sample(config: PipelineConfig, options: SampleOptions): Promise<Sample> {
  checkOptions('sample', options, Object.keys(KNOWN))
  const { count, ...rest } = options
  if (!Number.isInteger(count) || count < 1)
    throw new RangeError(`count is ${count}; allowed are whole numbers from 1`)
  await using _held = heldLedger(config)
  await using folder = await temporaryFolder()
  await using ledger = new SqliteLedger({
    file: resultPaths(folder.path).ledger,
    ...(rest.clock !== undefined && { clock: rest.clock }),
  })
  const results = new SampledRecords()
  const summary = await acquireUntil(gentle(config), { ...rest, ledger, results }, new SampleBudget(count))
  return { end: summary.run.end, streams: summary.sources.map(source => sampled(source, results)) }
}

/** Two processes must neither ask at the same time nor exchange one refresh token twice. */
function heldLedger({ output }: PipelineConfig): SqliteLedger | undefined {
  const { ledger: file } = resultPaths(output)
  return existsSync(file) ? new SqliteLedger({ file }) : undefined
}

/** Removed with this, and also when the process is ended at once. */
async function temporaryFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'async-patterns-'))
  const remove = (): void => rmSync(path, { recursive: true, force: true })
  process.once('exit', remove)
  return {
    path,
    async [Symbol.asyncDispose]() {
      process.off('exit', remove)
      await rm(path, { recursive: true, force: true })
    },
  }
}

function gentle(config: PipelineConfig): PipelineConfig {
  const streams = config.streams.map(({ limits, ownLimits, ...stream }) => ({
    ...stream,
    quality: undefined,
    limits: { ...limits, concurrency: 1 },
    ownLimits: ownLimits && { ...ownLimits, concurrency: 1 },
  }))
  return { ...config, workers: 1, summary: undefined, streams, sinks: [] }
}

function sampled(source: SourceSummary, results: SampledRecords): SampledStream {
  const { name, rejected } = source
  return { name, rejected, records: results.records.get(name) ?? [], problems: problemsOf(source) }
}

/** What a stream got over is none. */
function problemsOf({ status, errors, notices }: SourceSummary): string[] {
  const isLeft = (code: string): boolean => code === 'QUIET' || code === 'QUOTA'
  return [
    ...(status === 'failed' ? errors.map(error => errorText(error)) : []),
    ...(status === 'partial' ? notices.filter(({ code }) => isLeft(code)).map(({ message }) => message) : []),
  ]
}

/** Keeps the records in memory. */
class SampledRecords implements ResultWriter {
  readonly records = new Map<string, Readonly<Record<string, unknown>>[]>()

  async write(run: EndedRun): Promise<void> {
    for (const stream of run.streams) {
      const records = []
      for await (const { fields } of run.records(stream)) if (fields !== null) records.push(fields)
      this.records.set(stream, records)
    }
  }
}
