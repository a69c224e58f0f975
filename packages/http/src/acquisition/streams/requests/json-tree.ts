/** JSON as a file has it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** A piece of JSON text, in whose place nothing can be put. */
export interface JsonLeaf {
  readonly json: string
}

/** JSON into which values can be put before it is written. */
export type JsonTree = JsonLeaf | JsonTree[] | Map<string, JsonTree>

/** The text of a tree; numbers have the digits of their leaves. */
export function jsonText(tree: JsonTree): string {
  if (Array.isArray(tree)) return `[${tree.map(jsonText).join(',')}]`
  if (!(tree instanceof Map)) return tree.json
  const entries = Array.from(tree, ([key, value]) => `${JSON.stringify(key)}:${jsonText(value)}`)
  return `{${entries.join(',')}}`
}

/**
 * Puts a leaf at a place of the tree, given as keys and indexes: objects that are missing on the way are made,
 * and what stands in the way gives way.
 */
export function putAt(tree: JsonTree, steps: readonly (string | number)[], leaf: JsonLeaf): JsonTree {
  const [step, ...rest] = steps
  if (step === undefined) return leaf
  if (typeof step === 'number' && Array.isArray(tree)) {
    tree[step] = putAt(tree[step] ?? new Map<string, JsonTree>(), rest, leaf)
    return tree
  }
  const map = tree instanceof Map ? tree : new Map<string, JsonTree>()
  map.set(String(step), putAt(map.get(String(step)) ?? new Map<string, JsonTree>(), rest, leaf))
  return map
}
