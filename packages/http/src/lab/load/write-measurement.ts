import { publicUrl } from '../../display/index.js'
import type {
  LoadMeasurement,
  LoadMeasurementFile,
  LoadPlan,
  LoadSettings,
  WrittenSlo,
} from '../../measurements/index.js'
import { WholeFile } from '../../persistence/index.js'
import { readEnvironment } from '../environment.js'

/**
 * Writes it whole or not at all, for `readMeasurement`. Folders that are missing are made.
 * Rejects with WriterError when it cannot be written.
 */
export async function writeMeasurement(file: string, measurement: LoadMeasurement): Promise<void> {
  using opened = new WholeFile(file)
  opened.write(await measurementText(measurement))
}

/** What `writeMeasurement` writes. */
export async function measurementText(measurement: LoadMeasurement): Promise<string> {
  const { plan, startedAt, slos, ...rest } = measurement
  const content: LoadMeasurementFile = {
    kind: 'load',
    version: 1,
    startedAt: new Date(startedAt).toISOString(),
    environment: await readEnvironment(),
    plan: settingsOf(plan),
    ...rest,
    slos: slos.map(({ slo, actual, met }) => ({ slo, actual: written(actual), met })),
  }
  return `${JSON.stringify(content)}\n`
}

function settingsOf({ headers: _headers, body: _body, ca: _ca, ...plan }: LoadPlan): LoadSettings {
  const { durationMs, requests } = plan
  return {
    ...plan,
    url: publicUrl(plan.url),
    durationMs: limit(durationMs),
    requests: limit(requests),
  }
}

function limit(value: number): number | undefined {
  return value === Infinity ? undefined : value
}

/** JSON has no other numbers. */
function written(actual: number): WrittenSlo['actual'] {
  if (Number.isNaN(actual)) return undefined
  return actual === Infinity ? 'Infinity' : actual
}
