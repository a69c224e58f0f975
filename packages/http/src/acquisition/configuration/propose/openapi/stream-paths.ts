import type { ListOperation } from './list-operations.js'

/** Where a stream asks, and for whose records. */
export interface StreamPath {
  readonly name: string
  /** With references: `/projects/{project.id}/tasks`. */
  readonly path: string
  readonly for?: { readonly each: string; readonly as: string } | undefined
}

const PARAMETER = /\{([^{}]+)\}/g

/**
 * The paths of streams by those of the document. A parameter is a parent's id where the path before it is a list;
 * only one parent can be said, so what needs more, or has none, is undefined.
 */
export function streamPaths(lists: readonly ListOperation[]): ReadonlyMap<string, StreamPath | undefined> {
  const names = namesFor(lists)
  const ids = new Map(lists.map(({ path, id }) => [path, id.value]))
  return new Map(
    lists.map(({ path }): [string, StreamPath | undefined] => {
      const name = names.get(path) as string
      const found = [...path.matchAll(PARAMETER)]
      if (found.length === 0) return [path, { name, path }]
      const [only] = found
      if (only === undefined || found.length > 1) return [path, undefined]
      const parent = path.slice(0, only.index).replace(/\/$/, '')
      const [each, id] = [names.get(parent), ids.get(parent)]
      if (each === undefined || id === undefined || id === 'contentHash') return [path, undefined]
      const as = 'parent'
      return [path, { name, path: path.replace(only[0], `{${as}.${id}}`), for: { each, as } }]
    }),
  )
}

/** The last words of the path, with those before them where two end alike. */
function namesFor(lists: readonly ListOperation[]): Map<string, string> {
  const words = (path: string): string[] =>
    path
      .replace(PARAMETER, '')
      .split('/')
      .map(word => word.replace(/[^\w-]+/g, '-').replace(/^[-\d]+|-+$/g, ''))
      .filter(word => word !== '')
  const used = new Set<string>()
  return new Map(
    lists.map(({ path }) => {
      const all = words(path)
      const tries = all.map((_, index) => all.slice(all.length - 1 - index).join('-'))
      const base = tries.find(name => !used.has(name)) ?? tries.at(-1) ?? 'records'
      let name = base
      for (let count = 2; used.has(name); count += 1) name = `${base}-${count}`
      used.add(name)
      return [path, name]
    }),
  )
}
