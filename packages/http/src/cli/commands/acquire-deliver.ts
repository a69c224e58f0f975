import { Command } from 'commander'
import type { SettingFlags } from '../../acquisition/index.js'
import { deliver, OtherPipelineError } from '../../acquisition/index.js'
import { sinkText } from '../../measurements/index.js'
import { pipelineFile } from '../acquire/pipeline-file.js'
import { repeated } from '../acquire/repeated.js'
import { loadPipeline, printerFor } from '../acquire/run-pipeline.js'
import { EXIT } from '../exit-code.js'
import { interruption } from '../interruption.js'
import { UsageError } from '../usage-error.js'

interface DeliverFlags extends SettingFlags {
  readonly sink?: readonly string[]
  readonly json?: boolean
}

const HELP = `
Each sink gets what it has not yet of all that was committed, whether a run is
finished or not; nothing is fetched. It is what a run does at its end: use it
after a sink was away, or was added to the file. While a run goes on it is
refused. What it did goes to standard error where a sink writes to standard
output.

Exit codes: 0 delivered, 1 a sink failed, or the ledger cannot be read or is in
use, 2 usage, 130 interrupted.`

/** `async-patterns acquire deliver`: from the ledger into the sinks. */
export function deliverCommand(): Command {
  return new Command('deliver')
    .description('Deliver to the sinks of a pipeline what they have not yet.')
    .argument('[pipeline.yaml]', 'the pipeline')
    .option('--sink <name>', 'only this sink; may be repeated (default: all)', repeated)
    .option('--output <folder>', 'folder of the ledger (default: out)')
    .option('--json', 'print JSON instead of text')
    .addHelpText('after', HELP)
    .action(async (given: string | undefined, _flags: unknown, command: Command) => {
      // `acquire` has options of the same names, and takes them for its own.
      process.exitCode = await run(given, command.optsWithGlobals<DeliverFlags>())
    })
}

async function run(given: string | undefined, { sink: names, output, json }: DeliverFlags): Promise<number> {
  const { config, secrets } = await loadPipeline(
    pipelineFile(given, []),
    output === undefined ? {} : { output },
  )
  using interrupted = interruption()
  const sinks = await deliver(config, { sinks: names, secrets, signal: interrupted.signal }).catch(refused)
  printerFor(config)(json === true ? JSON.stringify(sinks, null, 2) : sinks.map(sinkText).join('\n'))
  if (sinks.some(({ status }) => status === 'failed')) return EXIT.failed
  return sinks.some(({ status }) => status === 'left') ? EXIT.interrupted : EXIT.ok
}

function refused(error: unknown): never {
  const isUsage = error instanceof RangeError || error instanceof OtherPipelineError
  throw isUsage ? new UsageError(error.message) : error
}
