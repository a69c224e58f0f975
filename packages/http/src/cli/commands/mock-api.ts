import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseDuration } from 'async-patterns'
import type { Command } from 'commander'
import { ConfigError, loadConfig } from '../../acquisition/index.js'
import type { PipelineConfig } from '../../acquisition/index.js'
import { pointedFile, startApiMock } from '../../mock/index.js'
import type { ApiMock, ApiMockOptions, Behaviour } from '../../mock/index.js'
import { UsageError } from '../usage-error.js'

/** Flags of `mock api` as commander hands them over. */
export interface ApiFlags {
  readonly records?: string
  readonly write?: string
  readonly gzip?: boolean
  readonly lastHasCursor?: boolean
  readonly exclusive?: boolean
  readonly maxWindow?: string
  readonly tokenLife?: string
  readonly singleUse?: boolean
}

/** Adds what only this mock has to its command. */
export function apiFlags(command: Command): Command {
  return command
    .description(
      'Serve what a pipeline file declares, from a seed: its records, pages, filters and tokens.\n' +
        'When ready it prints one line of JSON with the base URL of each source; it ends on SIGINT or SIGTERM. ' +
        'GET /__truth says what a perfect run holds, GET /__requests what was asked; a request that the file ' +
        'does not declare is answered 4xx, and listed there under "unmatched".',
    )
    .argument('<file>', 'the pipeline file; its ${NAME} come from the environment')
    .option('--write <file>', 'write a copy of the pipeline file that asks the mock, for acquire')
    .option('--records <n>', 'records of each part of a stream (default: 25, or two pages and a half)')
    .option('--gzip', 'send bodies as gzip')
    .option('--last-has-cursor', 'the last page, too, has a cursor or a next link')
    .option('--exclusive', 'filters leave out what equals their beginning')
    .option('--max-window <duration>', 'refuse to be asked for more time at once, such as 30d')
    .option('--token-life <duration>', 'how long tokens live (default: 1h)')
    .option('--single-use', 'refuse a refresh token once its successor was used')
    .addHelpText(
      'after',
      '\nTo rehearse a run:\n' +
        '  async-patterns mock api pipeline.yaml --port 8090 --write mocked.yaml &\n' +
        '  async-patterns acquire mocked.yaml',
    )
}

/** Starts the mock of a file, and writes the copy where one is asked for. */
export async function startApi(
  file: string,
  flags: ApiFlags,
  common: {
    readonly port: number
    readonly host: string
    readonly seed: number
    readonly behaviour: Behaviour
  },
): Promise<ApiMock> {
  const config = await configOf(file)
  if (flags.write !== undefined && /\.[cm]?[jt]s$/.test(file))
    throw new UsageError(
      `--write copies files of YAML; let a variable lead the baseUrl of ${file} to the mock`,
    )
  const mock = await started({
    config,
    ...common,
    gzip: flags.gzip ?? false,
    lastHasCursor: flags.lastHasCursor ?? false,
    leavesOutEqual: flags.exclusive ?? false,
    singleUseTokens: flags.singleUse ?? false,
    ...(flags.records !== undefined && { records: wholeNumber('--records', flags.records) }),
    ...(flags.maxWindow !== undefined && { maxWindowMs: daysToo('--max-window', flags.maxWindow) }),
    ...(flags.tokenLife !== undefined && { tokenLifeMs: parseDuration('--token-life', flags.tokenLife) }),
  })
  for (const note of mock.notes) process.stderr.write(`note: ${note}\n`)
  if (flags.write !== undefined) await writeCopy(file, flags.write, mock, config)
  return mock
}

/** What no mock can serve is a mistake in the command. */
async function started(options: ApiMockOptions): Promise<ApiMock> {
  try {
    return await startApiMock(options)
  } catch (error) {
    throw error instanceof RangeError ? new UsageError(error.message) : error
  }
}

async function configOf(file: string): Promise<PipelineConfig> {
  try {
    return (await loadConfig(file)).config
  } catch (error) {
    throw error instanceof ConfigError ? new UsageError(error.message) : error
  }
}

/** Results of a rehearsal stand beside those of the real runs, never among them. */
async function writeCopy(file: string, copy: string, mock: ApiMock, config: PipelineConfig): Promise<void> {
  try {
    if (resolve(file) === resolve(copy))
      throw new UsageError(`--write is ${copy}, the pipeline file itself; allowed is another`)
    await writeFile(copy, pointedFile(await readFile(file, 'utf8'), mock.url, `${config.output}-mock`))
  } catch (error) {
    await mock.close()
    throw error
  }
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,6}$/.test(text))
    throw new UsageError(`${name} is ${JSON.stringify(text)}; allowed is a whole number up to 100000`)
  return Number(text)
}

/** `30d` as well as what other durations are. */
function daysToo(name: string, text: string): number {
  const [, days] = /^(\d{1,4})d$/.exec(text) ?? []
  return days === undefined ? parseDuration(name, text) : Number(days) * 86_400_000
}
