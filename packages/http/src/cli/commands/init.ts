import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { Command } from 'commander'
import type { ImportedManifest } from '../../acquisition/index.js'
import { importManifest, ManifestError } from '../../acquisition/index.js'
import { EXIT } from '../exit-code.js'
import { importReport, isCertified } from '../init/import-report.js'
import { isUrl, proposedFromText, proposedFromUrl } from '../init/propose.js'
import type { Proposed } from '../init/propose.js'
import { settingsGiven } from '../init/settings-given.js'
import { print } from '../print.js'
import { UsageError } from '../usage-error.js'

interface InitFlags {
  readonly set?: readonly string[]
  readonly output: string
  readonly name?: string
  readonly force?: boolean
  readonly header?: readonly string[]
  readonly bearer?: string
}

const HELP = `
From a URL: one page is fetched, once, and looked at. From an OpenAPI 3
description, in a file or at a URL: each GET that answers with a list becomes a
stream. Every proposal has a comment that says how sure it is.

From an Airbyte manifest:
Settings of the manifest become variables: config['api_key'] becomes \${API_KEY}.
One that an expression calculates with needs a value: --set region=eu. One that
has a default has that, unless --set says otherwise; in --set a value may be a
variable too: --set 'shop=\${SHOP_NAME}'.

What is not understood is not guessed: such a stream is left out, and the report
names the reason and the line. Look at the comments in the written file.

Exit codes: 0 written, 1 no stream could be converted or the file could not be
written, 2 usage.`

/** `async-patterns init`: a pipeline file from what other tools have. */
export function initCommand(): Command {
  const collect = (text: string, before: readonly string[] | undefined): string[] => [...(before ?? []), text]
  return new Command('init')
    .description('Write a pipeline file from a URL, an OpenAPI description or an Airbyte manifest.')
    .argument('<source>', 'a URL, openapi.json or .yaml, or manifest.yaml')
    .option('--set <setting=value>', 'value of a setting of the manifest; may be repeated', collect)
    .option('-o, --output <file>', 'where the pipeline is written', 'pipeline.yaml')
    .option('--name <name>', "the source's name (default: that of the manifest's folder or file)")
    .option('--header <header>', "sent to the URL: 'X-Api-Key: ${API_KEY}'; may be repeated", collect)
    .option('--bearer <variable>', "sent to the URL as a token: '${TOKEN}'")
    .option('--force', 'overwrite a file that is there')
    .addHelpText('after', HELP)
    .action(async (source: string, flags: InitFlags) => {
      process.exitCode = await run(source, flags)
    })
}

async function run(file: string, flags: InitFlags): Promise<number> {
  const { set = [], output, name = nameOf(file), force = false } = flags
  const settings = settingsGiven(set)
  if (existsSync(output) && !force) throw new UsageError(`${output} is there already; --force overwrites it`)
  if (isUrl(file)) return write(await proposedFromUrl(file, flags), output)
  if (flags.header !== undefined || flags.bearer !== undefined)
    throw new UsageError('--header and --bearer are sent to a URL, and there is none')
  const text = readText(file)
  const proposed = proposedFromText(text, name)
  if (proposed !== undefined) return write(proposed, output)
  const imported = converted(file, text, name, settings)
  checkNames(imported)
  if (imported.pipeline !== undefined) writeFileSync(output, imported.pipeline)
  const hooks = imported.hooks === undefined ? undefined : hooksFile(output, force)
  if (hooks !== undefined) writeFileSync(hooks, imported.hooks ?? '')
  print(
    importReport(imported, { output, hooks, isCertified: isCertified(join(dirname(file), 'metadata.yaml')) }),
  )
  return imported.pipeline === undefined ? EXIT.failed : EXIT.ok
}

/** Beside the pipeline; what somebody may have written into one that is there stays. */
function hooksFile(output: string, force: boolean): string | undefined {
  const file = output.replace(/(?:\.ya?ml)?$/, '.hooks.mjs')
  return existsSync(file) && !force ? undefined : file
}

function write({ pipeline, report }: Proposed, output: string): number {
  if (pipeline !== undefined) writeFileSync(output, pipeline)
  print([...report, '', pipeline === undefined ? 'Nothing was written.' : `Written: ${output}`].join('\n'))
  return pipeline === undefined ? EXIT.failed : EXIT.ok
}

function converted(file: string, text: string, name: string, set: Record<string, string>): ImportedManifest {
  try {
    return importManifest(text, { file: basename(file), name, set })
  } catch (error) {
    throw error instanceof ManifestError ? new UsageError(error.message) : error
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function checkNames({ unknown }: ImportedManifest): void {
  const [first] = unknown
  if (first !== undefined) throw new UsageError(`--set ${first}: the manifest has no such setting`)
}

/** A manifest is mostly called so; then its folder has the name. */
function nameOf(file: string): string {
  const name = basename(file).replace(/\.(?:ya?ml|json)$/, '')
  return name === 'manifest' ? basename(dirname(resolve(file))) : name
}
