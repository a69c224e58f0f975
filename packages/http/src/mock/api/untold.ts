import type { StreamConfig } from '../../acquisition/index.js'
import { stepsOf } from './path-steps.js'
import { eachesOf, idPaths, partReferences, rootOf, tellingPaths } from './stream-needs.js'

/** What of a stream no mock can tell from its declaration. */
export interface Untold {
  readonly stream: string
  /** As the file has it: `pagination.cursorPath`. */
  readonly key: string
  readonly why: string
}

const NEXT = 'what an expression makes of a page; a path, $headers.NAME or $lastRecord.PATH alone can be told'
const HOOKS = {
  paginate: 'code that says which page is next',
  extract: 'code that finds records in a page',
  partition: 'code that says which parts there are',
} as const

/** A line for whoever wrote the file. */
export function untoldText({ stream, key, why }: Untold): string {
  return `${stream}: ${key} is ${why}`
}

/** What stands in the way of a mock. */
export function untoldOf(streams: readonly StreamConfig[]): Untold[] {
  return streams.flatMap(stream => {
    const name = (key: string, why: string): Untold => ({ stream: stream.name, key, why })
    const hooks = (['paginate', 'extract', 'partition'] as const).filter(
      hook => stream.hooks?.[hook] !== undefined,
    )
    return [
      ...untoldNext(stream).map(key => name(`pagination.${key}`, NEXT)),
      ...hooks.map(hook => name(`hooks.${hook}`, HOOKS[hook])),
      ...untoldAdded(stream, streams).map(([field, what]) =>
        name(`add.${field}`, `known to the run alone, and ${what}`),
      ),
    ]
  })
}

/** What is served without: where a mock goes on, and does not look. */
export function unchecked(streams: readonly StreamConfig[]): Untold[] {
  return streams.flatMap(({ name: stream, hooks = {} }) => [
    ...(hooks.authorize === undefined
      ? []
      : [{ stream, key: 'hooks.authorize', why: 'code: what it puts into a request is not checked' }]),
    ...(hooks.transform === undefined
      ? []
      : [{ stream, key: 'hooks.transform', why: 'code: the truth has the records without their fields' }]),
  ])
}

function untoldNext({ pagination }: StreamConfig): string[] {
  const { type } = pagination
  const [key, paths] =
    type === 'nextUrl'
      ? (['nextUrlPath', pagination.nextUrlPath] as const)
      : (['cursorPath', type === 'cursor' ? pagination.cursorPath : undefined] as const)
  return paths !== undefined && tellingPaths(paths).length === 0 ? [key] : []
}

/** Added fields whose values only a run knows, and what needs them here. */
function untoldAdded(
  stream: StreamConfig,
  streams: readonly StreamConfig[],
): (readonly [field: string, what: string])[] {
  const needs = streams.flatMap(child =>
    eachesOf(child)
      .filter(({ each }) => each === stream.name)
      .flatMap(({ as }) => partReferences(child).filter(name => rootOf(name) === as))
      .map(name => [stepsOf(name)[1], `${child.name} refers to it`] as const),
  )
  const ids = (idPaths(stream) ?? []).map(path => [stepsOf(path)[0], 'the id is made of it'] as const)
  const found = [...needs, ...ids].flatMap(([field, what]) => {
    const value = typeof field === 'string' ? stream.add?.[field] : undefined
    const isUntold =
      typeof value === 'string'
        ? /\{(?:now|run|since|until)\}/.test(value)
        : typeof value === 'object' && value !== null && 'expr' in value
    return isUntold && typeof field === 'string' ? [[field, what] as const] : []
  })
  return [...new Map(found).entries()]
}
