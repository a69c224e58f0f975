import type { BreakerTransitionEvent } from 'async-patterns'
import { Command } from 'commander'
import {
  comparisonSettings,
  resilienceSettings,
  runEngineComparison,
  runResilienceBenchmark,
  runStreamingBenchmark,
  streamingSettings,
} from '../../lab/index.js'
import type {
  ComparisonProgress,
  EngineComparisonOptions,
  ResilienceBenchmarkOptions,
  StreamingBenchmarkOptions,
  StreamingProgress,
} from '../../lab/index.js'
import { comparisonText, reportText, resilienceText, streamingText } from '../../measurements/index.js'
import type { BenchReport, WrittenFile } from '../../measurements/index.js'
import { WholeFile } from '../../persistence/index.js'
import { interruption } from '../interruption.js'
import { asFlags, BENCH_FLAGS, durationOf, modeOf, numbersOf, textsOf } from '../bench/bench-flags.js'
import type { BenchFlags, BenchMode } from '../bench/bench-flags.js'
import { comparisonProgress, streamingProgress } from '../bench/bench-progress.js'
import { checkDistinct } from '../distinct-files.js'
import { EXIT } from '../exit-code.js'
import { print, printErrors } from '../print.js'
import { ProgressLine } from '../progress-line.js'
import { asGiven } from '../usage-error.js'

const DEFAULT_OUTPUT = 'benchmark_output.json'

const HELP = `
Without --duration, --run-resilience and --run-retry it compares the engines.
Exit codes: 0 done, 1 a check or a scenario failed, nothing could be measured or
a file could not be written, 2 usage, 130 interrupted. How much faster one
engine is than another (reached, MISSED) is told, and does not change it.`

/** What a run leaves behind. */
interface Outcome {
  readonly report: BenchReport
  readonly text: string
  readonly exitCode: number
}

/** `async-patterns bench`: engines side by side, a minute at full speed, failures on purpose. */
export function benchCommand(): Command {
  const command = new Command('bench').description(
    'Measure the concurrency models on this machine, against a mock server or a URL.',
  )
  for (const { flag, help } of BENCH_FLAGS) command.option(flag, help)
  return command.addHelpText('after', HELP).action(async (flags: BenchFlags) => {
    process.exitCode = await run(flags)
  })
}

/** A run whose options have been found right. */
type Prepared = (context: RunContext) => Promise<Outcome>

/** @throws TypeError, RangeError, UsageError that name what is wrong. */
const PREPARE: Readonly<Record<BenchMode, (flags: BenchFlags) => Prepared>> = {
  comparison: compare,
  streaming: stream,
  resilience: fail,
}

interface RunContext {
  readonly signal: AbortSignal
  readonly progress: ProgressLine
}

async function run(flags: BenchFlags): Promise<number> {
  const mode = modeOf(flags)
  const prepared = asGiven(() => PREPARE[mode](flags), asFlags)
  // Before the run: a file that cannot be written must not cost what was measured.
  using output = outputOf(flags, mode)
  using interrupted = interruption()
  const { signal } = interrupted
  try {
    const { report, text, exitCode } = await withProgress(progress => prepared({ signal, progress }))
    print(text)
    if (flags['verbose'] === true) print(settingsOf(report.config))
    const fileErrors = filesOf(report).flatMap(({ error }) => error ?? [])
    printErrors(fileErrors)
    output?.write(reportText(report))
    if (signal.aborted) return EXIT.interrupted
    return fileErrors.length > 0 ? EXIT.failed : exitCode
  } catch (error) {
    if (isInterruption(error, signal)) return EXIT.interrupted
    throw error
  }
}

function filesOf(report: BenchReport): readonly WrittenFile[] {
  return 'files' in report ? report.files : []
}

/** What a run that was ended by the signal rejects with; anything else is worth telling even then. */
function isInterruption(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted && error === signal.reason
}

function outputOf(flags: BenchFlags, mode: BenchMode): WholeFile | undefined {
  const { output = mode === 'comparison' ? DEFAULT_OUTPUT : undefined } = textsOf(flags, 'output')
  checkDistinct({ '--jsonl-out': flags['jsonlOut'], '--sqlite-out': flags['sqliteOut'], '--output': output })
  return output === undefined ? undefined : new WholeFile(output)
}

async function withProgress<T>(work: (progress: ProgressLine) => Promise<T>): Promise<T> {
  using progress = new ProgressLine(process.stderr)
  return await work(progress)
}

/** The settings that were in force, defaults included. */
function settingsOf(config: Readonly<Record<string, unknown>>): string {
  const settings = Object.entries(config).map(([name, value]) => `  ${name}: ${JSON.stringify(value)}`)
  return ['', 'settings:', ...settings].join('\n')
}

function compare(flags: BenchFlags): Prepared {
  const options = {
    ...measuringOptions(flags),
    ...numbersOf(flags, 'requestCount', 'runs'),
  } as EngineComparisonOptions
  comparisonSettings(options)
  return async ({ signal, progress }) => {
    const onProgress = (at: ComparisonProgress): void => progress.show(comparisonProgress(at))
    const report = await runEngineComparison({ ...options, signal, onProgress })
    const measured = Object.values(report.engines).every(({ successCount }) => successCount > 0)
    const text = comparisonText(report, flags['verbose'] === true)
    return { report, text, exitCode: measured ? EXIT.ok : EXIT.failed }
  }
}

function stream(flags: BenchFlags): Prepared {
  const { monitorSampleInterval } = numbersOf(flags, 'monitorSampleInterval')
  const options = {
    ...measuringOptions(flags),
    durationMs: durationOf(flags),
    monitorLoop: flags['monitorLoop'] === true || monitorSampleInterval !== undefined,
    ...(monitorSampleInterval !== undefined && { monitorSampleIntervalMs: monitorSampleInterval }),
  } as StreamingBenchmarkOptions
  streamingSettings(options)
  return async ({ signal, progress }) => {
    const onProgress = (at: StreamingProgress): void => progress.show(streamingProgress(at))
    const report = await runStreamingBenchmark({ ...options, signal, onProgress })
    const met = report.checks.every(check => check.met)
    return { report, text: streamingText(report), exitCode: met ? EXIT.ok : EXIT.failed }
  }
}

function fail(flags: BenchFlags): Prepared {
  const options: ResilienceBenchmarkOptions = {
    ...numbersOf(flags, 'requestCount', 'concurrency', 'mockPort', 'mockLatencyMs'),
    breaker: flags['runResilience'] === true,
    retry: flags['runRetry'] === true,
  }
  resilienceSettings(options)
  return async ({ signal, progress }) => {
    const onTransition = ({ from, to }: BreakerTransitionEvent): void =>
      progress.show(`circuit breaker: ${from} > ${to}`)
    const report = await runResilienceBenchmark({ ...options, signal, onTransition })
    return { report, text: resilienceText(report), exitCode: report.passed ? EXIT.ok : EXIT.failed }
  }
}

/** What the lab's own options check: names of enumerations are handed on as they are. */
function measuringOptions(flags: BenchFlags) {
  return {
    ...numbersOf(
      flags,
      'concurrency',
      'workers',
      'mockPort',
      'mockLatencyMs',
      'mockErrorRate',
      'mockRateLimitAfter',
    ),
    ...textsOf(flags, 'url', 'pooling', 'transport', 'jsonlOut', 'sqliteOut'),
  }
}
