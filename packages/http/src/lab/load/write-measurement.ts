import { WholeFile } from '../../persistence/index.js'
import { readEnvironment } from '../environment.js'
import type { Environment } from '../environment.js'
import type { LoadMeasurement, LoadResult } from './load-result.js'
import type { SloOutcome } from './slo.js'
import type { OutcomeReport } from './tally.js'
import type { TimelineHistogram } from './timeline.js'

/** A load's measurement as a file has it. Histograms are exact: files of several runs or machines can be merged. */
export interface LoadMeasurementFile {
  readonly kind: 'load'
  readonly version: 1
  /** ISO 8601: when the measurement began. */
  readonly startedAt: string
  readonly environment: Environment
  /** The options; `null` where there is no limit or no rate. Headers and body are left out: they may be secret. */
  readonly plan: Readonly<Record<string, unknown>>
  readonly result: LoadResult
  readonly slos: readonly SloOutcome[]
  readonly outcomes: Readonly<Record<string, OutcomeReport>>
  readonly timeline: readonly TimelineHistogram[]
  readonly interrupted: boolean
}

/** Writes it whole or not at all. Folders that are missing are made. Rejects with WriterError when it cannot be written. */
export async function writeMeasurement(file: string, measurement: LoadMeasurement): Promise<void> {
  using opened = new WholeFile(file)
  opened.write(await measurementText(measurement))
}

/** What `writeMeasurement` writes. */
export async function measurementText(measurement: LoadMeasurement): Promise<string> {
  const { plan, startedAt, ...rest } = measurement
  const { headers: _headers, body: _body, ratePerSecond = null, ...settings } = plan
  const content: LoadMeasurementFile = {
    kind: 'load',
    version: 1,
    startedAt: new Date(startedAt).toISOString(),
    environment: await readEnvironment(),
    plan: { ...settings, ratePerSecond },
    ...rest,
  }
  return `${JSON.stringify(content)}\n`
}
