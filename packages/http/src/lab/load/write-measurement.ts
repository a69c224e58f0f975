import { publicUrl } from '../../display/index.js'
import type {
  LoadMeasurement,
  LoadMeasurementFile,
  LoadPlan,
  LoadSettings,
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
    slos: slos.map(slo => ({ ...slo, actual: finite(slo.actual) })),
  }
  return `${JSON.stringify(content)}\n`
}

function settingsOf({ headers: _headers, body: _body, ...plan }: LoadPlan): LoadSettings {
  const { durationMs, requests, ratePerSecond = null } = plan
  return {
    ...plan,
    url: publicUrl(plan.url),
    durationMs: finite(durationMs),
    requests: finite(requests),
    ratePerSecond,
  }
}

/** JSON has no other numbers. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
