import { textOf } from './manifest/component.js'
import type { Json } from './emit/values.js'
import type { StreamDraft } from './stream-draft.js'

/** A stream with its names in the pipeline. */
export interface PlannedStream {
  readonly draft: StreamDraft
  readonly name: string
  /** Why it is there although the manifest does not list it. */
  readonly isOnlyParent: boolean
}

/** Streams at one address. */
export interface PlannedSource {
  readonly name: string
  readonly baseUrl: string
  readonly streams: readonly PlannedStream[]
}

/** Gives streams their names, and groups them by the address that they are at. */
export class SourcePlan {
  readonly #name: string
  /** By their origins. */
  readonly #sources = new Map<string, { readonly name: string; readonly streams: PlannedStream[] }>()
  readonly #places = new Map<StreamDraft, { readonly source: string; readonly name: string }>()

  constructor(name: string) {
    this.#name = sourceName(name)
  }

  get sources(): readonly PlannedSource[] {
    return [...this.#sources].map(([origin, { name, streams }]) => ({
      name,
      baseUrl: origin + commonPath(streams.map(({ draft }) => split(draft.baseUrl).path)),
      streams,
    }))
  }

  /** One that the manifest lists. @returns its full name. */
  add(draft: StreamDraft): string {
    return this.#put(draft, false)
  }

  /** To be called when all that are listed were added: one that is as good as a parent is taken for it. */
  addParents(): void {
    for (const { streams } of this.#sources.values()) {
      for (const { draft } of streams) this.#addParentsOf(draft)
    }
  }

  /** The name of a parent as its child calls it. */
  nameFor(parent: StreamDraft, child: StreamDraft): string {
    const found = this.#places.get(parent)
    if (found === undefined) throw new Error(`${parent.name} was not added`)
    const own = this.#places.get(child)
    return own?.source === found.source ? found.name : `${found.source}.${found.name}`
  }

  #addParentsOf(draft: StreamDraft): void {
    for (const parent of parentsOf(draft)) {
      if (!this.#places.has(parent)) this.#put(parent, true)
      this.#addParentsOf(parent)
    }
  }

  #put(draft: StreamDraft, isOnlyParent: boolean): string {
    const source = this.#sourceOf(draft)
    const same = isOnlyParent ? source.streams.find(one => isSame(one.draft, draft)) : undefined
    const name = same?.name ?? freeName(draft.name, source.streams)
    if (same === undefined) source.streams.push({ draft, name, isOnlyParent })
    this.#places.set(draft, { source: source.name, name })
    return `${source.name}.${name}`
  }

  #sourceOf({ baseUrl }: StreamDraft): { readonly name: string; readonly streams: PlannedStream[] } {
    const { origin } = split(baseUrl)
    const known = this.#sources.get(origin)
    if (known !== undefined) return known
    const name = this.#sources.size === 0 ? this.#name : `${this.#name}-${this.#sources.size + 1}`
    const source = { name, streams: [] }
    this.#sources.set(origin, source)
    return source
  }
}

export function parentsOf({ partitions }: StreamDraft): readonly StreamDraft[] {
  return partitions.parts.flatMap(({ parent }) => (parent === undefined ? [] : [parent as StreamDraft]))
}

function isSame(one: StreamDraft, other: StreamDraft): boolean {
  return one === other || (one.baseUrl === other.baseUrl && contents(one) === contents(other))
}

/** All that a request and its records depend on. */
function contents(draft: StreamDraft): string {
  return JSON.stringify([draft.auth, draft.config, parentsOf(draft).map(contents)])
}

/** The origin, or the variable that holds it, and what follows. */
function split(baseUrl: string): { readonly origin: string; readonly path: string } {
  const [origin = baseUrl] = /^(?:https?:\/\/)?(?:\$\{[^}]*\}|[^/$])*/.exec(baseUrl) ?? []
  return { origin, path: baseUrl.slice(origin.length) }
}

/** Whole segments that all paths begin with. */
function commonPath(paths: readonly string[]): string {
  const [first = '', ...others] = paths.map(path => path.replace(/\/+$/, ''))
  const segments = first.split('/')
  let length = segments.length
  while (
    length > 0 &&
    !others.every(path => `${path}/`.startsWith(`${segments.slice(0, length).join('/')}/`))
  )
    length--
  return segments.slice(0, length).join('/')
}

/** The stream's path behind the base that its source has. */
export function pathBehind({ baseUrl }: PlannedSource, { draft }: PlannedStream): Json {
  const rest = draft.baseUrl.slice(baseUrl.length).replace(/\/+$/, '')
  const given = draft.config['path'] ?? ''
  if (typeof given === 'object' && given !== null && 'expr' in given)
    return rest === '' ? given : { expr: `${JSON.stringify(`${rest}/`)} & (${textOf(given.expr)})` }
  const path = textOf(given)
  return path === '' ? draft.baseUrl.slice(baseUrl.length) : rest + path
}

function freeName(wanted: string, taken: readonly { readonly name: string }[]): string {
  const name = wanted.replace(/[^\w-]+/g, '_').slice(0, 60) || 'stream'
  let free = name
  for (let next = 2; taken.some(one => one.name.toLowerCase() === free.toLowerCase()); next++)
    free = `${name}-${next}`
  return free
}

export function sourceName(name: string): string {
  return (
    name
      .replace(/^source-/, '')
      .replace(/[^\w-]+/g, '-')
      .slice(0, 60) || 'source'
  )
}

/** Keys that all streams of a source have alike stand at the source. */
export function sharedKeys(
  streams: readonly Readonly<Record<string, Json | undefined>>[],
): Readonly<Record<string, Json>> {
  const [first, ...others] = streams
  if (first === undefined || others.length === 0) return {}
  const shared = ['auth', 'headers', 'pagination', 'responses', 'format', 'keys'].flatMap(key => {
    const value = first[key]
    const text = JSON.stringify(value)
    const isShared = value !== undefined && others.every(one => JSON.stringify(one[key]) === text)
    return isShared ? [[key, value] as const] : []
  })
  return Object.fromEntries(shared)
}
