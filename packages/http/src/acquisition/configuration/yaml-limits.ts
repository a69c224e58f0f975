import type { Document, Node } from 'yaml'
import { isNode, isScalar, visit } from 'yaml'
import type { YamlMistake } from './yaml-mistake.js'

/** Larger than any file that somebody has written, far smaller than what would take long to read. */
export const LARGEST_FILE = 1024 ** 2
const MOST_ALIASES = 100
const DEEPEST = 100

/**
 * What is wrong with a document although it is YAML, and would take for ever to resolve or be lost on the way
 * to data: aliases that are too many, that name nothing or what they stand in; nesting beyond reason; equal keys.
 */
export function yamlProblem(document: Document): YamlMistake | undefined {
  const anchors = new Set<string>()
  let aliases = 0
  let problem: YamlMistake | undefined
  const found = (message: string, node: unknown): symbol => {
    problem = { message, offset: (isNode(node) ? node.range?.[0] : undefined) ?? 0 }
    return visit.BREAK
  }
  const enter = (node: Node, path: readonly unknown[]): symbol | undefined => {
    const { anchor } = node
    if (anchor !== undefined) anchors.add(anchor)
    return path.length > 2 * DEEPEST ? found(`it is nested deeper than ${DEEPEST} levels`, node) : undefined
  }
  visit(document, {
    Scalar: (_key, scalar, path) => enter(scalar, path),
    Seq: (_key, sequence, path) => enter(sequence, path),
    Alias(_key, alias, path) {
      aliases += 1
      if (aliases > MOST_ALIASES) return found(`it has more than ${MOST_ALIASES} aliases (*)`, alias)
      if (!anchors.has(alias.source)) return found(unknownAlias, alias)
      const holdsItself = path.some(above => (above as { anchor?: string }).anchor === alias.source)
      return holdsItself ? found('an alias (*) stands in what it names', alias) : undefined
    },
    Map(_key, map, path) {
      const keys = new Set<unknown>()
      for (const { key } of map.items) {
        if (!isScalar(key)) return found('a key is no text', key)
        if (keys.has(key.value)) return found('Map keys must be unique', key)
        keys.add(key.value)
      }
      return enter(map, path)
    },
    Pair(_key, { key, value }) {
      const isMerge = isScalar(key) && key.source === '<<'
      return isMerge && isScalar(value) ? found('<< merges mappings; this is none', key) : undefined
    },
  })
  return problem
}

const unknownAlias =
  'an alias (*) names nothing that stands above it; put a text that begins with * in quotes'
