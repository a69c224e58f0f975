import type { ParamPlace, PartitionConfig, StreamConfig } from '../../acquisition/index.js'
import { stepsOf } from './path-steps.js'
import { referencesOf, templateText } from './template-text.js'

/** A part that is one for each record of another stream. */
export type Each = Extract<PartitionConfig, { readonly each: string }>

/** Those that it is taken for. */
export function eachesOf({ for: parts = [] }: StreamConfig): Each[] {
  return parts.filter((part): part is Each => 'each' in part)
}

const OF_RUNS = ['since', 'until', 'now', 'run', 'pagination']

/** The roots that a stream's references may have. */
export function rootsOf(stream: StreamConfig): ReadonlySet<string> {
  return new Set([...partRoots(stream), ...OF_RUNS])
}

/** Of its own parts, and of those of its parents. */
function partRoots(stream: StreamConfig): string[] {
  const inherited = eachesOf(stream).flatMap(({ inherits = [] }) => inherits.map(({ as }) => as))
  return [...(stream.for ?? []).map(({ as }) => as), ...inherited]
}

/** What of a request tells a part from another: references, and what expressions make of a part (`=EXPR`). */
export function askedReferences(stream: StreamConfig): string[] {
  const texts = requestValues(stream).filter(value => typeof value === 'string')
  const computed = partExpressions(stream).map(expr => `=${expr}`)
  return [...new Set([...textReferences(stream, texts), ...computed])].sort()
}

/** What the requests of a part are made of. */
export function neededReferences(stream: StreamConfig): string[] {
  const texts = requestValues(stream).filter(value => typeof value === 'string')
  const computed = partExpressions(stream).flatMap(expr => referencesInside(expr, partRoots(stream)))
  return [...new Set([...textReferences(stream, texts), ...computed])].sort()
}

/** All references whose values tell one part of a stream from another, those of the streams below it among them. */
export function partReferences(stream: StreamConfig): string[] {
  const { add = {}, passes = [] } = stream
  const added = Object.values(add).flatMap(value => {
    if (typeof value === 'string') return textReferences(stream, [value])
    return isComputed(value) ? referencesInside(value.expr, partRoots(stream)) : []
  })
  return [...new Set([...neededReferences(stream), ...added, ...passes.map(({ name }) => name)])].sort()
}

function textReferences(stream: StreamConfig, texts: readonly string[]): string[] {
  const roots = rootsOf(stream)
  const all = texts.flatMap(text => referencesOf(templateText(text, roots)))
  return all.filter(name => !OF_RUNS.includes(rootOf(name)))
}

export function isComputed(value: unknown): value is { readonly expr: string } {
  return typeof value === 'object' && value !== null && 'expr' in value && typeof value.expr === 'string'
}

/** The expressions of a stream's requests whose value follows from the part alone. */
function partExpressions(stream: StreamConfig): string[] {
  const computed = requestValues(stream)
    .filter(isComputed)
    .map(({ expr }) => expr)
  return [...new Set(computed)].filter(
    expr => !isOfRun(expr) && referencesInside(expr, partRoots(stream)).length > 0,
  )
}

function isOfRun(expr: string): boolean {
  return /(?<![\w.$"'])(?:since|until|now|run|pagination)\b|\$(?:now|millis|random)\b/.test(expr)
}

/** `project.id`, or `$project.id`, in an expression. */
function referencesInside(expr: string, roots: readonly string[]): string[] {
  return roots.flatMap(root =>
    Array.from(expr.matchAll(new RegExp(`(?<![\\w."'])\\$?\`?${root}\`?((?:\\.\\w+)*)(?!\\w)`, 'g'))).map(
      ([, path = '']) => root + path,
    ),
  )
}

/** All values of which its requests are made. */
function requestValues({ path, query, headers, body }: StreamConfig): unknown[] {
  const sent = body !== undefined && 'graphql' in body ? body.graphql.variables : body
  return [path, ...[query, headers, sent].flatMap(leaves)]
}

function leaves(value: unknown): unknown[] {
  if (isComputed(value) || typeof value !== 'object' || value === null) return [value]
  return Object.values(value).flatMap(leaves)
}

/** Of `project.id`: `project`. */
export function rootOf(name: string): string {
  return /^[\w-]+/.exec(name)?.[0] ?? name
}

/** How the streams are taken that are so for each record of a stream. */
export function childrenOf(parent: StreamConfig, streams: readonly StreamConfig[]) {
  return streams.flatMap(child =>
    eachesOf(child)
      .filter(({ each }) => each === parent.name)
      .map(each => ({ child, each })),
  )
}

/** The paths in a stream's records to which its children refer; what it adds stands in no record. */
export function pathsForChildren(parent: StreamConfig, streams: readonly StreamConfig[]): string[] {
  const paths = childrenOf(parent, streams).flatMap(({ child, each: { as: root } }) =>
    partReferences(child)
      .filter(name => rootOf(name) === root)
      .map(name => name.slice(root.length).replace(/^\./, '')),
  )
  return paths.filter(path => !isAdded(parent, path))
}

/** Whether a path leads to what a stream adds to its records. */
export function isAdded({ add = {} }: StreamConfig, path: string): boolean {
  const [first] = stepsOf(path)
  return typeof first === 'string' && Object.hasOwn(add, first)
}

/** The paths at which a page tells its next one; none where an expression makes it of the page. */
export function tellingPaths(paths: NextPaths): readonly string[] {
  return paths === undefined || (typeof paths === 'object' && 'expr' in paths) ? [] : [paths].flat()
}

type NextPaths = Extract<StreamConfig['pagination'], { readonly type: 'nextUrl' }>['nextUrlPath']

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
