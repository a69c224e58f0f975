import { Command } from 'commander'
import type { LoadedConfig } from '../../acquisition/index.js'
import { settingsHelp } from '../../acquisition/index.js'
import { checkNothingLost, choiceOptions, chosen } from '../acquire/choice.js'
import type { ChoiceFlags } from '../acquire/choice.js'
import { pipelineFile } from '../acquire/pipeline-file.js'
import { repeated } from '../acquire/repeated.js'
import { EXIT_CODES, loadPipeline, runOptions, runPipeline } from '../acquire/run-pipeline.js'
import { runSample } from '../acquire/run-sample.js'
import type { SampleFlags } from '../acquire/run-sample.js'
import { keepFromDemos } from '../demo/demo-folder.js'
import { EXIT } from '../exit-code.js'
import { print } from '../print.js'
import { UsageError } from '../usage-error.js'
import { deliverCommand } from './acquire-deliver.js'
import { schemaCommand } from './acquire-schema.js'
import { stateCommand } from './acquire-state.js'

interface AcquireFlags extends SampleFlags, ChoiceFlags {
  readonly printConfig?: boolean
  readonly fresh?: boolean
  readonly forgetWait?: readonly string[]
  readonly full?: boolean
}

/** What else can be done with a pipeline. A new one is a file beside this one and a line here. */
const SUBCOMMANDS: readonly (() => Command)[] = [deliverCommand, schemaCommand, stateCommand]

const HELP = `
Without a file it reads pipeline.yaml, or else config.yaml, in the working
directory. Standard output gets the table of results, or the summary with
--json. Standard error gets the progress: it is drawn on a terminal, and
elsewhere logged, one JSON object a line.

${EXIT_CODES}
SIGINT and SIGTERM let pages in flight finish within the grace time; a second
signal stops at once.
The same command again continues what is not complete.`

/** `async-patterns acquire`: runs a pipeline and leaves its results in the output folder. */
export function acquireCommand(): Command {
  const command = new Command('acquire')
    .description('Take all records from the sources of a pipeline file, normalised and deduplicated.')
    .argument('[pipeline.yaml]', 'the pipeline')
  choiceOptions(runOptions(command))
    .option('--sample <n>', 'show so many records of each stream, and store nothing')
    .option('--format <format>', 'of the sample: table, json (default: table)')
    .option('--print-config', 'show each value and where it came from, and do nothing else')
    .option('--full', 'take all, whatever is known of how far the streams have come')
    .option('--fresh', 'start over; the old ledger is kept as acquire.previous.db until the next --fresh')
    .option(
      '--forget-wait <source>',
      'ask a source whose server had asked an earlier run for quiet; may be repeated',
      repeated,
    )
    .addHelpText('after', `\n${settingsHelp()}\n${HELP}`)
    .action(async (given: string | undefined, flags: AcquireFlags) => {
      const subcommands = command.commands.map(sub => sub.name())
      process.exitCode = await run(pipelineFile(given, subcommands), flags)
    })
  for (const subcommand of SUBCOMMANDS) command.addCommand(subcommand())
  return command
}

async function run(file: string, flags: AcquireFlags): Promise<number> {
  const whole = await loadPipeline(file, flags)
  if (flags.printConfig === true) {
    print(whole.describe())
    return EXIT.ok
  }
  const loaded = { ...whole, config: chosen(whole, flags) }
  if (flags.sample !== undefined) {
    if (flags.fresh === true || flags.full === true)
      throw new UsageError('--sample stores nothing: --fresh and --full are for a run')
    return await runSample(loaded, flags)
  }
  if (flags.format !== undefined) throw new UsageError('--format is for --sample')
  checkNothingLost(whole.config, loaded.config)
  const onOpened = (): void => keepFromDemos(loaded.config.output)
  return await runPipeline(loaded, flags, {
    fresh: flags.fresh === true,
    full: flags.full === true,
    forgetWaits: knownSources(flags.forgetWait ?? [], whole),
    onOpened,
  })
}

/** @throws UsageError when there is no such source. */
function knownSources(names: readonly string[], { config }: LoadedConfig): readonly string[] {
  const known = config.streams.map(({ name }) => name)
  const unknown = names.find(name => !known.includes(name))
  if (unknown === undefined) return names
  throw new UsageError(
    `--forget-wait is ${JSON.stringify(unknown)}; allowed are the pipeline's sources ${known.join(', ')}`,
  )
}
