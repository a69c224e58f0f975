import type { LoadedConfig, Sample } from '../../acquisition/index.js'
import { sample } from '../../acquisition/index.js'
import { sampleText } from '../../measurements/index.js'
import { EXIT } from '../exit-code.js'
import { interruption } from '../interruption.js'
import { print } from '../print.js'
import { UsageError } from '../usage-error.js'
import { progressFor } from './run-pipeline.js'
import type { RunFlags } from './run-pipeline.js'

/** How a sample is asked for. */
export interface SampleFlags extends RunFlags {
  readonly sample?: string
  readonly format?: string
}

const FORMATS = ['table', 'json']

/** So many may be shown; more are better taken by a run. */
const MOST = 1_000

/** Shows a few records of each stream, and says with which exit code the command ends. */
export async function runSample({ config, secrets }: LoadedConfig, flags: SampleFlags): Promise<number> {
  const { count, isJson } = checked(flags)
  using interrupted = interruption()
  using progress = progressFor({ ...flags, logLevel: flags.logLevel ?? 'warn' })
  const taken = await sample(config, {
    count,
    secrets,
    signal: interrupted.signal,
    onEvent: event => progress?.show(event),
  })
  progress?.[Symbol.dispose]()
  print(isJson ? JSON.stringify({ streams: taken.streams }, null, 2) : sampleText(taken.streams))
  return exitCode(taken, flags)
}

function checked({ sample: text, format, json }: SampleFlags): { count: number; isJson: boolean } {
  const count = Number(text)
  if (!/^\d+$/.test(text ?? '') || count < 1 || count > MOST)
    throw new UsageError(`--sample is ${text}; allowed are whole numbers from 1 to ${MOST}`)
  if (format !== undefined && !FORMATS.includes(format))
    throw new UsageError(`--format is ${format}; allowed are ${FORMATS.join(', ')}`)
  return { count, isJson: format === 'json' || (format === undefined && json === true) }
}

function exitCode({ end, streams }: Sample, { allowPartial }: SampleFlags): number {
  if (end === 'interrupted') return EXIT.interrupted
  const failed = streams.filter(({ problems }) => problems.length > 0)
  if (failed.length === 0) return EXIT.ok
  if (failed.length === streams.length) return EXIT.failed
  return allowPartial === true ? EXIT.ok : EXIT.partial
}
