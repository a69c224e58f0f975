import { readFile, stat } from 'node:fs/promises'
import { checkOptions } from 'async-patterns'
import type { PipelineConfig } from './pipeline-config.js'
import type { Secrets } from '../secrets/index.js'
import type { ConfigProblem } from './config-error.js'
import { ConfigError } from './config-error.js'
import { importPipeline, isCode } from './code-file.js'
import type { CodeModule, ConfigSource } from './config-source.js'
import { valueAt } from './config-source.js'
import type { ProblemContext } from './config-problems.js'
import { problemsOf, repeatedNames } from './config-problems.js'
import { readCertificates } from './certificates.js'
import { configuredSecrets, userInfo } from './configured-secrets.js'
import { describeConfig } from './describe-config.js'
import type { Environment } from './environment-values.js'
import { substitute } from './environment-values.js'
import { withHookPaging } from './hooks-schema.js'
import type { Overrides } from './overrides.js'
import { overridesOf } from './overrides.js'
import type { PipelineFile } from './pipeline-schema.js'
import { streamKeys } from './pipeline-input.js'
import { pipelineSchema } from './pipeline-schema.js'
import { withProxies } from './proxies.js'
import { referenceProblems } from './reference-problems.js'
import { resolveConfig } from './resolve-config.js'
import { sinkProblems } from './sink-problems.js'
import type { SettingFlags } from './settings.js'
import type { WrittenStream } from './written-streams.js'
import { writtenStreams } from './written-streams.js'
import { YamlFile } from './yaml-file.js'
import { LARGEST_FILE } from './yaml-limits.js'

/** What may stand above the file. */
export interface ConfigInputs {
  /** As given on the command line; they win over all else. */
  readonly flags?: SettingFlags
  /** For `PIPELINE_…` settings and for `${NAME}` in the file. Default `process.env`. */
  readonly environment?: Environment
}

/** A checked configuration, and what may not be shown of it. */
export interface LoadedConfig {
  readonly config: PipelineConfig
  /** Takes the configuration's secrets out of whatever is shown or stored. */
  readonly secrets: Secrets
  /** Each value with where it came from, secrets redacted: for `--print-config`. */
  describe(): string
}

/**
 * Reads a pipeline's file: YAML, or code (`.mjs`, `.js`, and where Node takes types out `.ts`, `.mts`) whose default
 * export is the pipeline.
 * @throws ConfigError (rejects) with all that is wrong, or when the file cannot be read.
 */
export async function loadConfig(file: string, inputs?: ConfigInputs): Promise<LoadedConfig> {
  if (isCode(file)) {
    const source = await importPipeline(file)
    return readWith(source, inputs)
  }
  let text: string
  try {
    // One that is too large to be a pipeline is not read at all.
    text =
      (await stat(file)).size > LARGEST_FILE ? ' '.repeat(LARGEST_FILE + 1) : await readFile(file, 'utf8')
  } catch (error) {
    const message = `it cannot be read: ${error instanceof Error ? error.message : String(error)}`
    throw new ConfigError([{ path: '', place: file, message }])
  }
  return parseConfig(text, file, inputs)
}

/**
 * The same from a text; `name` stands for the file in messages.
 * @throws ConfigError with all that is wrong.
 */
export function parseConfig(text: string, name: string, inputs?: ConfigInputs): LoadedConfig {
  return readWith(new YamlFile(text, name), inputs)
}

function readWith(source: ConfigSource, inputs: ConfigInputs = {}): LoadedConfig {
  checkOptions('ConfigInputs', inputs, ['flags', 'environment'])
  const { flags = {}, environment = process.env } = inputs
  return readConfig(source, overridesOf(flags, environment), environment)
}

/** Checks a configuration, however it was written. */
export function readConfig(file: ConfigSource, overrides: Overrides, environment: Environment): LoadedConfig {
  if (file.problems.length > 0) throw new ConfigError(file.problems)
  const { data: written, uses, problems } = substitute(file, environment)
  const data = overlaid(written, overrides)
  const secrets = configuredSecrets(data, uses)
  const { streams, problems: misplaced } = writtenStreams(data, file, streamKeys)
  const context = { file, data, overrides, uses, secrets, written: placesOf(streams) }
  const found = checked(context, streams, [...problems, ...misplaced])
  const read = withProxies(withRates(found, overrides), environment)
  for (const { proxy } of read.sources) secrets.add(...userInfo(proxy))
  const effective = { ...read, name: read.name ?? file.name }
  const sources = streams.map(({ source }) => source)
  return {
    config: withModule(
      resolveConfig(effective, sources, readCertificates(effective, context)),
      file.code,
      streams,
    ),
    secrets,
    describe: () => describeConfig({ ...context, effective, environment }),
  }
}

/** Where threads find the hooks of each stream. */
function withModule(
  config: PipelineConfig,
  code: CodeModule | undefined,
  written: readonly WrittenStream[],
): PipelineConfig {
  if (code === undefined) return config
  const streams = config.streams.map((stream, index) => {
    if (stream.hooks === undefined) return stream
    const placeOf = (name: string) => written[index]?.written(['hooks', name]) ?? []
    const places = Object.fromEntries(Object.keys(stream.hooks).map(name => [name, placeOf(name)]))
    return { ...stream, hookModule: { ...code, places } }
  })
  return { ...config, streams }
}

/** Where the values of the streams are written; all else stands where it is. */
function placesOf(streams: readonly WrittenStream[]): ProblemContext['written'] {
  return path => {
    const [root, index, ...rest] = path
    const stream = root === 'sources' && typeof index === 'number' ? streams[index] : undefined
    return stream?.written(rest) ?? path
  }
}

function checked(
  context: ProblemContext,
  streams: readonly WrittenStream[],
  earlier: readonly ConfigProblem[],
): PipelineFile {
  const isList = Array.isArray(valueAt(context.data, ['sources'])) && streams.length + earlier.length > 0
  const flat = isList
    ? { ...(context.data as object), sources: streams.map(({ data }) => withHookPaging(data)) }
    : context.data
  const { data, error } = pipelineSchema.safeParse(flat)
  const found = error?.issues.flatMap(issue => problemsOf(issue, context)) ?? []
  // An unset variable leaves its place unfilled; that this is no URL either need not be said.
  const unfilled = new Set(earlier.map(({ path }) => path))
  // Nor that no stream is left, where none could be read.
  if (earlier.length > 0 && streams.length === 0) unfilled.add('sources')
  const problems = [
    ...earlier,
    ...found.filter(({ path }) => !unfilled.has(path)),
    ...repeatedNames(context),
    ...(data === undefined ? [] : referenceProblems(data, context, streams)),
    ...(data === undefined ? [] : sinkProblems(data, context, streams)),
  ]
  if (data === undefined || problems.length > 0) throw new ConfigError(once(problems).sort(byPlace))
  return data
}

/** A number may be out of range in two ways, which read the same. */
function once(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return [...new Map(problems.map(problem => [`${problem.place} ${problem.message}`, problem])).values()]
}

/** As the file is read; what lies outside of it comes first. */
function byPlace(a: ConfigProblem, b: ConfigProblem): number {
  const [lineA = 0, columnA = 0, lineB = 0, columnB = 0] = [a, b].flatMap(({ place }) => {
    const [, line = 0, column = 0] = /:(\d+):(\d+)$/.exec(place) ?? []
    return [Number(line), Number(column)]
  })
  return lineA - lineB || columnA - columnB
}

function overlaid(written: unknown, overrides: Overrides): unknown {
  if (typeof written !== 'object' || written === null || Array.isArray(written)) return written
  const above = [...overrides].map(([key, { value }]) => [key, value] as const)
  return { ...written, ...Object.fromEntries(above) }
}

/**
 * A rate from flag or environment holds for every source; one from the file, for those that give none of
 * their own.
 */
function withRates(file: PipelineFile, overrides: Overrides): PipelineFile {
  const overridden = overrides.has('rateLimit')
  const sources = file.sources.map(source => {
    const rate = overridden ? file.rateLimit : (source.limits.rate ?? file.rateLimit)
    return { ...source, limits: { ...source.limits, rate } }
  })
  return { ...file, sources }
}
