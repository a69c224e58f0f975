import type { ParamPlace, PartitionConfig, StreamConfig } from '../../acquisition/index.js'
import { referencesOf, templateText } from './template-text.js'

/** A part that is one for each record of another stream. */
export type Each = Extract<PartitionConfig, { readonly each: string }>

export function eachOf({ for: parts = [] }: StreamConfig): Each | undefined {
  return parts.find((part): part is Each => 'each' in part)
}

const OF_RUNS = ['since', 'until', 'now', 'run', 'pagination']

/** The roots that a stream's references may have. */
export function rootsOf({ for: parts = [] }: StreamConfig): ReadonlySet<string> {
  return new Set([...parts.map(part => part.as), ...OF_RUNS])
}

/** All references of a stream's requests, in the order of their names. */
function requestReferences(stream: StreamConfig): string[] {
  const { path, query, headers, body } = stream
  const texts = [path, ...Object.values(query).flat(), ...Object.values(headers), ...textsIn(bodyOf(body))]
  const all = texts.flatMap(text =>
    typeof text !== 'string' ? [] : referencesOf(templateText(text, rootsOf(stream))),
  )
  return [...new Set(all)].sort()
}

/** The references whose values tell one part of a stream from another. */
export function partReferences(stream: StreamConfig): string[] {
  return requestReferences(stream).filter(name => !OF_RUNS.includes(rootOf(name)))
}

/** Of `project.id`: `project`. */
export function rootOf(name: string): string {
  return /^[\w-]+/.exec(name)?.[0] ?? name
}

function bodyOf(body: StreamConfig['body']): unknown {
  return body !== undefined && 'graphql' in body ? body.graphql.variables : body
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

/** The streams that are taken for each record of a stream. */
export function childrenOf(parent: StreamConfig, streams: readonly StreamConfig[]): StreamConfig[] {
  return streams.filter(stream => eachOf(stream)?.each === parent.name)
}

/** The paths in a stream's records to which its children refer. */
export function pathsForChildren(parent: StreamConfig, streams: readonly StreamConfig[]): string[] {
  return childrenOf(parent, streams).flatMap(child => {
    const root = eachOf(child)?.as ?? ''
    return partReferences(child)
      .filter(name => rootOf(name) === root)
      .map(name => name.slice(root.length).replace(/^\./, ''))
  })
}

/** The paths at which a page tells its next one; none where an expression makes it of the page. */
export function tellingPaths(paths: NextPaths): readonly string[] {
  return paths === undefined || (typeof paths === 'object' && 'expr' in paths) ? [] : [paths].flat()
}

type NextPaths = Extract<StreamConfig['pagination'], { readonly type: 'nextUrl' }>['nextUrlPath']

/** Whether an expression makes the next page of the body: nobody can tell which body that would be. */
export function isUntellable({ pagination }: StreamConfig): boolean {
  const { type } = pagination
  const paths =
    type === 'nextUrl' ? pagination.nextUrlPath : type === 'cursor' ? pagination.cursorPath : undefined
  return paths !== undefined && tellingPaths(paths).length === 0
}

/** The paths in a page's last record from which its next page follows. */
export function lastRecordPaths({ pagination }: StreamConfig): string[] {
  if (pagination.type !== 'cursor') return []
  const { from, cursorPath, params = {} } = pagination
  const own = from === 'lastRecord' ? tellingPaths(cursorPath) : []
  const several = Object.values(params).flatMap(origin => {
    if (typeof origin === 'string') return from === 'lastRecord' ? [origin] : []
    return 'lastRecord' in origin ? [origin.lastRecord] : []
  })
  return [...own, ...several]
}

/** The paths that make a record's id; undefined where its content or its place does. */
export function idPaths({ id, mapping }: StreamConfig): readonly string[] | undefined {
  if (id === 'none' || id === 'contentHash') return undefined
  if (id !== undefined) return typeof id === 'string' ? [id] : id
  const field = mapping?.['id']
  return field === undefined ? undefined : [field.path]
}

/** Where a stream's requests have values of paging and of `since`. */
export function placesOf({ pagination, since }: StreamConfig): ParamPlace[] {
  const ofPaging = Object.entries(pagination).flatMap(([key, value]) =>
    key.endsWith('Param') && value !== false ? [value as ParamPlace] : [],
  )
  const { params = {} } = pagination.type === 'cursor' ? pagination : {}
  const several = Object.entries(params).map(([name, origin]) => targetOf(name, origin))
  return [...ofPaging, ...several, ...[since?.param, since?.untilParam].filter(place => place !== undefined)]
}

type CursorOrigin = NonNullable<
  Extract<StreamConfig['pagination'], { readonly type: 'cursor' }>['params']
>[string]

/** Where one of several cursors goes. */
export function targetOf(name: string, origin: CursorOrigin): ParamPlace {
  return (typeof origin === 'object' ? origin.to : undefined) ?? name
}
