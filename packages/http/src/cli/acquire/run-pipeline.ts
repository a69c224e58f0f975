import { statSync } from 'node:fs'
import type { Command } from 'commander'
import type {
  ConfigInputs,
  LoadedConfig,
  ResultPaths,
  SettingFlags,
  Summary,
} from '../../acquisition/index.js'
import {
  acquire,
  ConfigError,
  loadConfig,
  OtherPipelineError,
  PlanChangedError,
  resultPaths,
  settings,
} from '../../acquisition/index.js'
import { acquisitionTable } from '../../measurements/index.js'
import { EXIT } from '../exit-code.js'
import { print } from '../print.js'
import { interruption } from '../interruption.js'
import { UsageError } from '../usage-error.js'
import { LiveProgress } from './live-progress.js'
import { LOG_LEVELS, LogProgress, logLevel } from './log-progress.js'
import type { Progress } from './progress.js'

/** What is the same for every command that runs a pipeline. */
export interface RunFlags extends SettingFlags {
  readonly allowPartial?: boolean
  readonly quiet?: boolean
  readonly json?: boolean
  readonly logLevel?: string
}

/** For the end of their `--help`. */
export const EXIT_CODES = `\
Exit codes: 0 complete, 3 partial (0 with --allow-partial), 1 failed, or a sink
could not be delivered to, 2 usage or configuration, 130 interrupted.`

/** Adds the options that `RunFlags` holds. `defaults` are shown where a command has its own. */
export function runOptions(
  command: Command,
  defaults: Partial<Record<keyof SettingFlags, string>> = {},
): Command {
  for (const { key, flag, description, defaultText } of settings) {
    command.option(flag, `${description} (default: ${defaults[key] ?? defaultText})`)
  }
  return command
    .option('--allow-partial', 'exit with 0 when some sources are incomplete')
    .option('--quiet', 'show nothing but errors')
    .option('--json', 'print the summary as JSON instead of the table')
    .option('--log-level <level>', `of the JSON logs: ${LOG_LEVELS.join(', ')} (default: info)`)
}

/** @throws UsageError (rejects) with all that is wrong with the file or the flags. */
export async function loadPipeline(
  file: string,
  flags: RunFlags,
  environment?: ConfigInputs['environment'],
): Promise<LoadedConfig> {
  logLevel(flags.logLevel)
  try {
    const loaded = await loadConfig(file, { flags, ...(environment !== undefined && { environment }) })
    checkFolder(loaded.config.output)
    return loaded
  } catch (error) {
    throw error instanceof ConfigError ? new UsageError(error.message) : error
  }
}

function checkFolder(output: string): void {
  const found = statSync(output, { throwIfNoEntry: false })
  if (found?.isDirectory() === false) {
    throw new UsageError(`${output} is a file; allowed is a folder`)
  }
}

/** How a pipeline is run. */
interface RunOptions {
  readonly fresh: boolean
  /** Takes all, whatever is known of how far streams have come. */
  readonly full?: boolean
  /** Sources whose wish for quiet is forgotten. */
  readonly forgetWaits?: readonly string[]
  /** Called when the ledger has taken the pipeline as its own, before the first request. */
  readonly onOpened?: () => void
}

/** Runs it with its progress shown, prints the results, and says with which exit code the command ends. */
export async function runPipeline(
  { config, secrets }: LoadedConfig,
  flags: RunFlags,
  { fresh, full = false, forgetWaits = [], onOpened }: RunOptions,
): Promise<number> {
  using interrupted = interruption()
  using progress = progressFor(flags)
  try {
    const summary = await acquire(config, {
      signal: interrupted.signal,
      secrets,
      fresh,
      full,
      forgetWaits,
      onEvent: event => {
        if (event.type === 'run-opened') onOpened?.()
        progress?.show(event)
      },
    })
    const paths = resultPaths(config.output)
    progress?.end(summary, { ...paths })
    showResult(summary, paths, { ...flags, show: printerFor(config) })
    return exitCode(summary, flags)
  } catch (error) {
    const isRefusal = error instanceof PlanChangedError || error instanceof OtherPipelineError
    throw isRefusal ? new UsageError(error.message) : error
  }
}

/** How a run is shown on standard error; not at all where it is to be quiet. */
export function progressFor(flags: RunFlags): Progress | undefined {
  if (flags.quiet === true) return undefined
  if (process.stderr.isTTY) return new LiveProgress(process.stderr)
  return new LogProgress(logLevel(flags.logLevel), process.stderr)
}

/** Writes texts to standard output; where that is for a sink, and nothing else may stand there, to standard error. */
export function printerFor({ sinks }: LoadedConfig['config']): (text: string) => void {
  const isTaken = sinks.some(sink => 'type' in sink && sink.type === 'stdout')
  return isTaken ? text => void process.stderr.write(`${text}\n`) : print
}

function showResult(
  summary: Summary,
  paths: ResultPaths,
  { json, quiet, show }: RunFlags & { readonly show: (text: string) => void },
): void {
  if (json === true) show(JSON.stringify(summary, null, 2))
  else if (quiet !== true) show(acquisitionTable(summary, paths))
}

function exitCode({ run: { status }, sinks = [] }: Summary, { allowPartial }: RunFlags): number {
  if (sinks.some(sink => sink.status === 'failed')) return EXIT.failed
  if (status === 'complete' && sinks.some(sink => sink.status === 'left')) return EXIT.interrupted
  if (status === 'partial') return allowPartial === true ? EXIT.ok : EXIT.partial
  return { complete: EXIT.ok, failed: EXIT.failed, interrupted: EXIT.interrupted }[status]
}
