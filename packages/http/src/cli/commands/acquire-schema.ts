import { Command } from 'commander'
import type { LoadedConfig, SettingFlags } from '../../acquisition/index.js'
import {
  OtherPipelineError,
  pipelineJsonSchema,
  streamCalled,
  streamSchemas,
} from '../../acquisition/index.js'
import { pipelineFile } from '../acquire/pipeline-file.js'
import { repeated } from '../acquire/repeated.js'
import { loadPipeline } from '../acquire/run-pipeline.js'
import { print } from '../print.js'
import { asGiven, UsageError } from '../usage-error.js'

interface SchemaFlags extends SettingFlags {
  readonly stream?: readonly string[]
}

const HELP = `
Without a file it prints the JSON Schema of a pipeline file, for editors.
With one, it prints an object with the JSON Schema (2020-12) of each stream's
records; one stream named by --stream has its schema alone. Mapped fields are as
the mapping says, others as the records in the ledger (acquire.db) of the output
folder have been. While a run goes on it is refused.

Exit codes: 0 done, 1 the ledger cannot be read or is in use, or nothing is
known of the stream that was named, 2 usage.`

/** `async-patterns acquire schema`: of a pipeline file, or of what its streams hold. */
export function schemaCommand(): Command {
  return new Command('schema')
    .description('Print the JSON Schema of a pipeline file, or of the records of its streams.')
    .argument('[pipeline.yaml]', 'the pipeline')
    .option('--stream <name>', 'only this stream; may be repeated (default: all)', repeated)
    .option('--output <folder>', 'folder of the ledger (default: out)')
    .addHelpText('after', HELP)
    .action(async (given: string | undefined, _flags: unknown, command: Command) => {
      // `acquire` has options of the same names, and takes them for its own.
      const { stream: names, output }: SchemaFlags = command.optsWithGlobals()
      if (given === undefined && (names ?? output) === undefined) return printJson(pipelineJsonSchema())
      const loaded = await loadPipeline(pipelineFile(given, []), output === undefined ? {} : { output })
      printJson(await schemasOf(loaded, names))
    })
}

function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2))
}

/** By stream; that of the only one that was named, alone. */
async function schemasOf({ config }: LoadedConfig, names: readonly string[] = []): Promise<unknown> {
  const chosen = names.map(name => asGiven(() => streamCalled(name, config.streams)))
  const schemas = await streamSchemas(config).catch(refused)
  const [first, ...others] = chosen
  if (first === undefined) return Object.fromEntries(schemas)
  const unknown = chosen.find(name => schemas.get(name)?.['$comment'] !== undefined)
  if (unknown !== undefined)
    throw new Error(`nothing is known of the fields of ${unknown} yet: no run has committed a record of it`)
  if (others.length === 0) return schemas.get(first)
  return Object.fromEntries(chosen.map(name => [name, schemas.get(name)]))
}

function refused(error: unknown): never {
  throw error instanceof OtherPipelineError ? new UsageError(error.message) : error
}
