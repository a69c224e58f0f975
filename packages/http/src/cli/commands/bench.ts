import { writeFile } from 'node:fs/promises'
import { Command } from 'commander'
import {
  type EngineComparisonOptions,
  runEngineComparison,
  runResilienceBenchmark,
  runStreamingBenchmark,
  type StreamingBenchmarkOptions,
} from '../../lab/index.js'
import { interruption } from '../acquire/interruption.js'
import {
  BENCH_FLAGS,
  type BenchFlags,
  type BenchMode,
  durationOf,
  modeOf,
  numbersOf,
  textsOf,
} from '../bench/bench-flags.js'
import { comparisonProgress, comparisonText } from '../bench/comparison-text.js'
import { ProgressLine } from '../bench/progress-line.js'
import { resilienceText } from '../bench/resilience-text.js'
import { streamingProgress, streamingText } from '../bench/streaming-text.js'
import { EXIT } from '../exit-code.js'
import { UsageError } from '../usage-error.js'

const DEFAULT_OUTPUT = 'benchmark_output.json'

const HELP = `
Without --duration, --run-resilience and --run-retry it compares the engines.
Exit codes: 0 done and all criteria met, 1 a criterion was missed or nothing could be measured, 2 usage, 130 interrupted.`

/** What a run leaves behind. */
interface Outcome {
  readonly report: { readonly config: Readonly<Record<string, unknown>> }
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

const RUNS: Readonly<Record<BenchMode, (flags: BenchFlags, context: RunContext) => Promise<Outcome>>> = {
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
  using interrupted = interruption()
  const { signal } = interrupted
  try {
    const outcome = await withProgress(progress => RUNS[mode](flags, { signal, progress }))
    console.log(outcome.text)
    if (flags['verbose'] === true) console.log(settingsOf(outcome.report.config))
    // Last: a file that cannot be written must not cost what was measured.
    await writeReport(outcome.report, flags['output'] ?? (mode === 'comparison' ? DEFAULT_OUTPUT : undefined))
    return signal.aborted ? EXIT.interrupted : outcome.exitCode
  } catch (error) {
    if (signal.aborted) return EXIT.interrupted
    throw error instanceof RangeError || error instanceof TypeError ? new UsageError(error.message) : error
  }
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

async function writeReport(report: object, file: string | boolean | undefined): Promise<void> {
  if (typeof file === 'string') await writeFile(file, `${JSON.stringify(report, null, 2)}\n`)
}

async function compare(flags: BenchFlags, { signal, progress }: RunContext): Promise<Outcome> {
  const options = {
    ...measuringOptions(flags),
    ...numbersOf(flags, 'requestCount', 'runs'),
    signal,
    onProgress: (at: Parameters<typeof comparisonProgress>[0]) => progress.show(comparisonProgress(at)),
  }
  const report = await runEngineComparison(options as EngineComparisonOptions)
  const measured = Object.values(report.engines).every(({ successCount }) => successCount > 0)
  const text = comparisonText(report, flags['verbose'] === true)
  return { report, text, exitCode: measured ? EXIT.ok : EXIT.failed }
}

async function stream(flags: BenchFlags, { signal, progress }: RunContext): Promise<Outcome> {
  const { monitorSampleInterval } = numbersOf(flags, 'monitorSampleInterval')
  const options = {
    ...measuringOptions(flags),
    durationMs: durationOf(flags),
    monitorLoop: flags['monitorLoop'] === true || monitorSampleInterval !== undefined,
    ...(monitorSampleInterval !== undefined && { monitorSampleIntervalMs: monitorSampleInterval }),
    signal,
    onProgress: (at: Parameters<typeof streamingProgress>[0]) => progress.show(streamingProgress(at)),
  }
  const report = await runStreamingBenchmark(options as StreamingBenchmarkOptions)
  const met = report.checks.every(check => check.met)
  return { report, text: streamingText(report), exitCode: met ? EXIT.ok : EXIT.failed }
}

async function fail(flags: BenchFlags, { signal, progress }: RunContext): Promise<Outcome> {
  const report = await runResilienceBenchmark({
    ...numbersOf(flags, 'requestCount', 'concurrency', 'mockPort', 'mockLatencyMs'),
    breaker: flags['runResilience'] === true,
    retry: flags['runRetry'] === true,
    signal,
    onTransition: ({ from, to }) => progress.show(`circuit breaker: ${from} > ${to}`),
  })
  return { report, text: resilienceText(report), exitCode: report.passed ? EXIT.ok : EXIT.failed }
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
