import { parsePath } from '../references/index.js'
import { isJsonNumber } from './exact-number.js'

/** Paths that begin alike, as one tree: what they lead to is kept, or left out, as a whole. */
export interface PathTree {
  isEnd: boolean
  readonly names: Map<string, PathTree>
  /** `*`, of an object or a list. */
  each?: PathTree
  /** `[*]`, of a list. */
  items?: PathTree
}

/** @throws TypeError for a path that is malformed, or goes to one place of a list. */
export function pathTree(paths: readonly string[]): PathTree {
  const root = emptyTree()
  for (const path of paths) {
    let tree = root
    for (const segment of parsePath(path)) {
      if (!('key' in segment))
        tree = segment.each === '*' ? (tree.each ??= emptyTree()) : (tree.items ??= emptyTree())
      else if (typeof segment.key === 'string') tree = childOf(tree, segment.key)
      else
        throw new TypeError(
          `path is ${JSON.stringify(path)}; allowed are names, * and [*], not one place of a list`,
        )
    }
    tree.isEnd = true
  }
  return root
}

function emptyTree(): PathTree {
  return { isEnd: false, names: new Map() }
}

function childOf({ names }: PathTree, name: string): PathTree {
  let child = names.get(name)
  if (child === undefined) names.set(name, (child = emptyTree()))
  return child
}

/** Of a value only what the paths lead to, where it was; undefined where they lead to nothing. */
export function only(value: unknown, trees: readonly PathTree[]): unknown {
  if (trees.some(({ isEnd }) => isEnd)) return value
  if (trees.length === 0 || !isContainer(value)) return undefined
  if (Array.isArray(value)) {
    const inside = itemTrees(trees)
    return inside.length === 0 ? undefined : value.map(item => only(item, inside) ?? null)
  }
  const entries = Object.entries(value).map(([name, item]) => [name, only(item, treesOf(name, trees))])
  const found = entries.filter(([, item]) => item !== undefined)
  return found.length === 0 ? undefined : Object.fromEntries(found)
}

/** A value without what the paths lead to; itself where they lead to nothing. */
export function without(value: unknown, trees: readonly PathTree[]): unknown {
  if (trees.length === 0 || !isContainer(value)) return value
  if (Array.isArray(value)) return value.flatMap(item => remains(item, itemTrees(trees)))
  const entries = Object.entries(value).flatMap(([name, item]) =>
    remains(item, treesOf(name, trees)).map(rest => [name, rest] as const),
  )
  return Object.fromEntries(entries)
}

function remains(item: unknown, trees: readonly PathTree[]): readonly unknown[] {
  return trees.some(({ isEnd }) => isEnd) ? [] : [without(item, trees)]
}

function treesOf(name: string, trees: readonly PathTree[]): PathTree[] {
  return trees.flatMap(({ names, each }) => [names.get(name), each]).filter(tree => tree !== undefined)
}

function itemTrees(trees: readonly PathTree[]): PathTree[] {
  return trees.flatMap(({ items, each }) => [items, each]).filter(tree => tree !== undefined)
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !isJsonNumber(value)
}
