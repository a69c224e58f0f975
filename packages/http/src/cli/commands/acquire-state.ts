import { Command } from 'commander'
import type { KeptCursor, LoadedConfig, StateChoice } from '../../acquisition/index.js'
import { OtherPipelineError, PipelineState, streamCalled } from '../../acquisition/index.js'
import { stateTable } from '../../measurements/index.js'
import { pipelineFile } from '../acquire/pipeline-file.js'
import { repeated } from '../acquire/repeated.js'
import { loadPipeline } from '../acquire/run-pipeline.js'
import { print } from '../print.js'
import { asGiven, UsageError } from '../usage-error.js'

interface StateFlags {
  readonly stream?: readonly string[]
  readonly part?: readonly string[]
  readonly output?: string
  readonly json?: boolean
}

interface SetFlags extends StateFlags {
  readonly since: string
}

const HELP = `
The state is how far a stream with "since" has come, each of its parts by
itself. It lies in the ledger (acquire.db) of the output folder. While a run
goes on it is refused. A run that is not finished goes on as it began; what is
set or forgotten here holds for the next one.

Exit codes: 0 done, 1 the ledger cannot be read or is in use, 2 usage.`

/** `async-patterns acquire state`: how far each stream has come; shown, set, forgotten. */
export function stateCommand(): Command {
  const command = new Command('state')
    .description('Show, set or forget how far the streams of a pipeline have come.')
    .addHelpText('after', HELP)
  const sub = (name: string, description: string): Command => stateOptions(command.command(name), description)
  sub('show', 'Show how far streams and their parts have come.').action(
    acting<StateFlags>((state, choice) => state.show(choice)),
  )
  sub('set', 'Set from where the next run asks for what is new.')
    .requiredOption('--since <value>', 'a date, a span such as 30d (so long before now), a number, a text')
    .action(acting<SetFlags>((state, choice, { since }) => state.set(choice, since)))
  sub('reset', 'Forget how far they have come: the next run takes all.').action(
    acting<StateFlags>((state, choice) => state.reset(choice)),
  )
  return command
}

function stateOptions(command: Command, description: string): Command {
  return command
    .description(description)
    .argument('[pipeline.yaml]', 'the pipeline')
    .option('--stream <name>', 'only this stream; may be repeated (default: all)', repeated)
    .option('--part <key>', 'only this part, as it is shown; may be repeated (default: all)', repeated)
    .option('--output <folder>', 'folder of the ledger (default: out)')
    .option('--json', 'print JSON instead of the table')
}

type Act<Flags> = (state: PipelineState, choice: StateChoice, flags: Flags) => Promise<readonly KeptCursor[]>

/** `acquire` has options of the same names, and takes them for its own. */
function acting<Flags extends StateFlags>(work: Act<Flags>) {
  return async (given: string | undefined, _flags: unknown, command: Command): Promise<void> => {
    const flags: Flags = command.optsWithGlobals()
    const { output, stream, part: parts } = flags
    const loaded = await loadPipeline(pipelineFile(given, []), output === undefined ? {} : { output })
    const choice = { streams: streamsMeant(stream, loaded), parts }
    const cursors = await told(() => work(new PipelineState(loaded.config), choice, flags))
    const rows = cursors.map(({ stream: name, part, state }) => ({ stream: name, part, ...state }))
    print(flags.json === true ? JSON.stringify(rows, null, 2) : stateTable(rows))
  }
}

/** One that is not in the file any more may still have a state. */
function streamsMeant(names: readonly string[] | undefined, { config }: LoadedConfig): string[] | undefined {
  const short = (name: string): string =>
    config.streams.some(stream => stream.name === `${stream.source}.${name}`)
      ? asGiven(() => streamCalled(name, config.streams))
      : name
  return names?.map(short)
}

async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const isRefusal = error instanceof RangeError || error instanceof OtherPipelineError
    throw isRefusal ? new UsageError(error.message) : error
  }
}
