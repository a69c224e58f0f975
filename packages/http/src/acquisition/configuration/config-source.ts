import type { ConfigProblem } from './config-error.js'

/** A key of a mapping, or an index of a list. */
export type PathStep = string | number

/** A file of code, as it was imported. */
export interface CodeModule {
  /** As `import` takes it. */
  readonly url: string
  /** Of its text; not of what it imports. */
  readonly hash: string
}

/** A configuration as it was written: data that nobody has checked, and where its values stand. */
export interface ConfigSource {
  /** What the pipeline is called if it does not say so itself. */
  readonly name: string
  /** Where the files that it names lie. */
  readonly folder: string
  readonly data: unknown
  /** The file of code that it comes from. Default: none. */
  readonly code?: CodeModule | undefined
  /** Why it cannot be read at all. */
  readonly problems: readonly ConfigProblem[]
  /** Whether the value itself is written there. */
  has(path: readonly PathStep[]): boolean
  /** Where the value stands, or what it should be in; `ofKey` for its key. */
  placeOf(path: readonly PathStep[], ofKey?: boolean): string
}

/** Where an object of a program comes from. */
type Origin = Pick<ConfigSource, 'name' | 'folder' | 'code'> & { readonly place: string }

const PROGRAM: Origin = { name: 'pipeline', folder: '.', place: 'configuration' }

/** An object of a program. */
export class ConfigObject implements ConfigSource {
  readonly name: string
  readonly folder: string
  readonly code: CodeModule | undefined
  readonly data: unknown
  readonly problems = []
  readonly #place: string

  constructor(data: unknown, { name, folder, code, place } = PROGRAM) {
    this.data = data
    this.name = name
    this.folder = folder
    this.code = code
    this.#place = place
  }

  has(path: readonly PathStep[]): boolean {
    return valueAt(this.data, path) !== undefined
  }

  placeOf(): string {
    return this.#place
  }
}

/** What stands at a path; undefined where nothing does. */
export function valueAt(data: unknown, path: readonly PathStep[]): unknown {
  let value = data
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as Record<PathStep, unknown>)[step]
  }
  return value
}

/** `sources[0].limits.rate` */
export function pathText(path: readonly PathStep[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    return text === '' ? step : `${text}.${step}`
  }, '')
}

/** The same place for a source of one stream: `sources[0].streams[1].headers` as `sources[0].headers`. */
export function withoutStream(path: readonly PathStep[]): readonly PathStep[] {
  const [root, index, part] = path
  return root === 'sources' && part === 'streams' ? [root, index as PathStep, ...path.slice(4)] : path
}
