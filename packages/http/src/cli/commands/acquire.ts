import { Command } from 'commander'
import type { LoadedConfig, ResultPaths, RunStatus, SettingFlags, Summary } from '../../acquisition/index.js'
import {
  acquire,
  ConfigError,
  loadConfig,
  PlanChangedError,
  resultPaths,
  settings,
  settingsHelp,
} from '../../acquisition/index.js'
import { interruption } from '../interruption.js'
import { LiveProgress } from '../acquire/live-progress.js'
import { LOG_LEVELS, LogProgress, logLevel } from '../acquire/log-progress.js'
import type { Progress } from '../acquire/progress.js'
import { resultTable } from '../acquire/result-table.js'
import { EXIT } from '../exit-code.js'
import { UsageError } from '../usage-error.js'

interface AcquireFlags extends SettingFlags {
  readonly printConfig?: boolean
  readonly fresh?: boolean
  readonly allowPartial?: boolean
  readonly quiet?: boolean
  readonly json?: boolean
  readonly logLevel?: string
}

const DEFAULT_FILE = 'config.yaml'

const EXIT_HELP = `
On a terminal progress is drawn on standard error; elsewhere logs go there, one JSON object a line. Standard output gets
the table of results, or with --json the summary.
Exit codes: 0 complete, 3 partial (0 with --allow-partial), 1 failed, 2 usage or configuration, 130 interrupted.
SIGINT and SIGTERM let pages in flight finish within the grace time; a second signal stops at once.
The same command again continues what is not complete.`

/** `async-patterns acquire`: runs a pipeline and leaves its results in the output folder. */
export function acquireCommand(): Command {
  const command = new Command('acquire')
    .description('Take all records from the sources of a pipeline file, normalised and deduplicated.')
    .argument('[pipeline.yaml]', 'the pipeline', DEFAULT_FILE)
  for (const { flag, description, defaultText } of settings) {
    command.option(flag, `${description} (default: ${defaultText})`)
  }
  return command
    .option('--print-config', 'show each value and where it came from, and do nothing else')
    .option('--fresh', 'start over; the old ledger is kept as acquire.previous.db until the next --fresh')
    .option('--allow-partial', 'exit with 0 when some sources are incomplete')
    .option('--quiet', 'show nothing but errors')
    .option('--json', 'print the summary as JSON instead of the table')
    .option('--log-level <level>', `of the JSON logs: ${LOG_LEVELS.join(', ')} (default: info)`)
    .addHelpText('after', `\n${settingsHelp()}\n${EXIT_HELP}`)
    .action(async (file: string, flags: AcquireFlags) => {
      process.exitCode = await run(file, flags)
    })
}

async function run(file: string, flags: AcquireFlags): Promise<number> {
  const loaded = await load(file, flags)
  if (flags.printConfig === true) {
    console.log(loaded.describe())
    return EXIT.ok
  }
  const summary = await acquireShown(loaded, flags)
  return exitCode(summary.run.status, flags)
}

async function load(file: string, flags: AcquireFlags): Promise<LoadedConfig> {
  logLevel(flags.logLevel)
  try {
    return await loadConfig(file, { flags })
  } catch (error) {
    throw error instanceof ConfigError ? new UsageError(error.message) : error
  }
}

async function acquireShown({ config, secrets }: LoadedConfig, flags: AcquireFlags): Promise<Summary> {
  using interrupted = interruption()
  using progress = progressFor(flags)
  try {
    const summary = await acquire(config, {
      signal: interrupted.signal,
      secrets,
      fresh: flags.fresh === true,
      onEvent: event => progress?.show(event),
    })
    const paths = resultPaths(config.output)
    progress?.end(summary, { ...paths })
    showResult(summary, paths, flags)
    return summary
  } catch (error) {
    throw error instanceof PlanChangedError ? new UsageError(error.message) : error
  }
}

function progressFor(flags: AcquireFlags): Progress | undefined {
  if (flags.quiet === true) return undefined
  if (process.stderr.isTTY) return new LiveProgress(process.stderr)
  return new LogProgress(logLevel(flags.logLevel), process.stderr)
}

function showResult(summary: Summary, paths: ResultPaths, flags: AcquireFlags): void {
  if (flags.json === true) console.log(JSON.stringify(summary, null, 2))
  else if (flags.quiet !== true) console.log(resultTable(summary, paths))
}

function exitCode(status: RunStatus, { allowPartial }: AcquireFlags): number {
  if (status === 'partial') return allowPartial === true ? EXIT.ok : EXIT.partial
  return { complete: EXIT.ok, failed: EXIT.failed, interrupted: EXIT.interrupted }[status]
}
