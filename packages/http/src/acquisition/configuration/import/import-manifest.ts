import { limitsOf } from './components/limits.js'
import { Moment, str } from './jinja/index.js'
import type { Component, Value } from './manifest/component.js'
import { componentsOf, isComponent } from './manifest/component.js'
import { Propagation } from './manifest/parameters.js'
import type { ManifestText } from './manifest/read-manifest.js'
import { readManifest } from './manifest/read-manifest.js'
import { References } from './manifest/references.js'
import { Refusal } from './manifest/refusal.js'
import type { Variable } from './manifest/settings.js'
import { Settings } from './manifest/settings.js'
import { childOf, Templates } from './manifest/templates.js'
import { closingOf, headingOf } from './file-comments.js'
import type { StubbedStream } from './hook-stubs.js'
import { hookStubs, plainRequest } from './hook-stubs.js'
import type { ConvertedStream, RefusedStream } from './imported-streams.js'
import { pipelineText } from './pipeline-text.js'
import { SourcePlan, sourceName } from './planned-sources.js'
import { StreamConverter } from './stream-converter.js'

/** What an import may be told. */
export interface ImportOptions {
  /** What stands for the manifest in messages. Default `manifest.yaml`. */
  readonly file?: string
  /** The name of the source in the pipeline. Default: `source`. */
  readonly name?: string
  /** Values of settings, by their paths: `{ 'credentials.region': 'eu' }`; `${NAME}` for the environment. */
  readonly set?: Readonly<Record<string, string>>
  /** Epoch milliseconds of the present, for dates that are counted back from it. Default: that of the clock. */
  readonly now?: number
}

/** What became of a manifest. */
export interface ImportedManifest {
  /** The pipeline file; undefined where no stream could be converted. */
  readonly pipeline: string | undefined
  /**
   * A pipeline in code with a stub for each stream that was refused: it loads, and says by name which hook is to be
   * written. Undefined where none was refused.
   */
  readonly hooks: string | undefined
  readonly converted: readonly ConvertedStream[]
  readonly refused: readonly RefusedStream[]
  /** What the pipeline takes from its environment. */
  readonly variables: readonly Variable[]
  /** Names that were set and that the manifest has not. */
  readonly unknown: readonly string[]
}

/**
 * Converts an Airbyte declarative manifest into a pipeline, stream by stream. What is not understood is refused
 * with its line, never guessed.
 * @throws ManifestError when it is no manifest.
 */
export function importManifest(text: string, options: ImportOptions = {}): ImportedManifest {
  const { file = 'manifest.yaml', name = 'source', set = {}, now = Date.now() } = options
  const manifest = readManifest(text, file)
  return new ManifestImport(manifest, name, set, new Moment(now)).run(file)
}

class ManifestImport {
  readonly #manifest: ManifestText
  readonly #references: References
  readonly #templates: Templates
  readonly #plan: SourcePlan
  readonly #name: string
  readonly #converted: ConvertedStream[] = []
  readonly #refused: StubbedStream[] = []

  constructor(manifest: ManifestText, name: string, set: Readonly<Record<string, string>>, now: Moment) {
    this.#manifest = manifest
    this.#references = new References(manifest)
    const specification = childOf(childOf(manifest.root, 'spec') ?? {}, 'connection_specification')
    this.#templates = new Templates(new Settings(specification, set), manifest.lines, now)
    this.#plan = new SourcePlan(name)
    this.#name = sourceName(name)
  }

  run(file: string): ImportedManifest {
    const { settings } = this.#templates
    for (const stream of this.#streams()) this.#convert(stream)
    this.#plan.addParents()
    this.#refuseDynamic()
    const { limits, notes } = limitsOf(this.#root(['api_budget', 'concurrency_level']), this.#templates)
    const isEmpty = this.#converted.length === 0
    const heading = headingOf({
      file,
      settings,
      notes,
      converted: this.#converted.length,
      refused: this.#refused.length,
    })
    return {
      pipeline: isEmpty
        ? undefined
        : pipelineText({ plan: this.#plan, limits, heading, closing: closingOf(this.#refused) }),
      hooks: this.#refused.length === 0 ? undefined : this.#stubs(file),
      converted: this.#converted,
      refused: this.#refused.map(({ path: _path, baseUrl: _baseUrl, ...refused }) => refused),
      variables: settings.variables,
      unknown: settings.unknown(),
    }
  }

  #stubs(file: string): string {
    const [source] = this.#plan.sources
    return hookStubs({
      file,
      name: source?.name ?? this.#name,
      baseUrl: source?.baseUrl,
      auth: source?.streams[0]?.draft.auth,
      streams: this.#refused,
    })
  }

  /** Parts of the whole, with their references followed. */
  #root(keys: readonly string[]): Component {
    const entries = keys.map(
      key => [key, this.#references.followed(this.#manifest.root[key] ?? null)] as const,
    )
    const found = entries.filter((one): one is [string, Value] => one[1] !== null)
    return new Propagation(this.#manifest.lines).propagated(
      '',
      { type: 'DeclarativeSource', ...Object.fromEntries(found) },
      {},
    )
  }

  #streams(): readonly Component[] {
    const { root } = this.#manifest
    return [root['streams'] ?? []].flat().flatMap(stream => this.#stream(stream))
  }

  #stream(value: Value): readonly Component[] {
    const component = this.#attempt(nameIn(value), lineIn(value, this.#manifest), () =>
      this.#references.followed(value),
    )
    if (!isComponent(component)) return []
    if (component['type'] === 'ConditionalStreams') return this.#conditional(component)
    const { $parameters: parameters } = this.#manifest.root
    const propagation = new Propagation(this.#manifest.lines)
    const inherited = isComponent(parameters) ? parameters : {}
    return [propagation.propagated('DeclarativeSource.streams', component, inherited)]
  }

  /** Streams that are there where a setting says so. */
  #conditional(component: Component): readonly Component[] {
    const read = this.#attempt('conditional streams', this.#manifest.lines.of(component), () =>
      this.#templates.of(component, 'condition'),
    )
    if (read === undefined || (read.kind === 'constant' && ['', 'False', 'None'].includes(str(read.value))))
      return []
    return componentsOf(component['streams']).flatMap(stream => this.#stream(stream))
  }

  #convert(stream: Component): void {
    const name = nameIn(stream)
    const convert = (): void => {
      const draft = new StreamConverter(this.#templates).convert(stream)
      this.#converted.push({ name: draft.name, fullName: this.#plan.add(draft), notes: draft.notes })
    }
    this.#attempt(name, this.#manifest.lines.of(stream), convert, plainRequest(stream))
  }

  #refuseDynamic(): void {
    for (const one of componentsOf(this.#manifest.root['dynamic_streams'])) {
      const detail = 'its streams are known only when it runs'
      this.#refused.push({
        name: nameIn(one),
        about: 'dynamic streams',
        detail,
        line: this.#manifest.lines.of(one),
      })
    }
  }

  #attempt<T>(
    name: string,
    line: number,
    work: () => T,
    request: ReturnType<typeof plainRequest> = {},
  ): T | undefined {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const { about, message, settings } = error
      this.#refused.push({
        ...request,
        name,
        about,
        detail: message,
        line: error.line || line,
        ...(settings !== undefined && { settings }),
      })
      return undefined
    }
  }
}

function nameIn(value: Value): string {
  if (!isComponent(value)) return typeof value === 'string' ? (value.split('/').at(-1) ?? value) : 'stream'
  const { name, $parameters: parameters, full_refresh_stream: full } = value
  if (typeof name === 'string' && !name.includes('{{')) return name
  const given = isComponent(parameters) ? parameters['name'] : undefined
  if (typeof given === 'string') return given
  if (full !== undefined) return nameIn(full)
  const { $ref: reference } = value
  return typeof reference === 'string' ? (reference.split('/').at(-1) ?? 'stream') : 'stream'
}

function lineIn(value: Value, { lines }: ManifestText): number {
  return isComponent(value) ? lines.of(value) : 0
}
