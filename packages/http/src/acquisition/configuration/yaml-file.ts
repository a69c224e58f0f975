import type { Node } from 'yaml'
import {
  Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  parseDocument,
} from 'yaml'
import type { ConfigProblem } from './config-error.js'
import { LARGEST_FILE, parserMessage, yamlProblem } from './yaml-limits.js'

/** A key of a mapping, or an index of a list. */
export type PathStep = string | number

/** A YAML text as data, and where in the text each of its values stands. */
export class YamlFile {
  readonly data: unknown
  readonly problems: readonly ConfigProblem[]
  readonly #name: string
  readonly #document: Document
  readonly #lines = new LineCounter()

  constructor(text: string, name: string) {
    this.#name = name
    if (text.length > LARGEST_FILE) {
      this.#document = new Document()
      this.problems = [{ path: '', place: name, message: tooLarge }]
      return
    }
    this.#document = parseDocument(text, parserOptions(this.#lines))
    const { errors, warnings } = this.#document
    const problems = [...errors, ...warnings].map(error => this.#problem(parserMessage(error), error.pos[0]))
    const found = errors.length === 0 ? yamlProblem(this.#document) : undefined
    if (found !== undefined) problems.push(this.#problem(found.message, found.offset))
    try {
      this.data = problems.length === 0 ? this.#document.toJS({ maxAliasCount: 100 }) : undefined
    } catch (error) {
      // Aliases that multiply beyond reason, and merges of what is no mapping.
      problems.push(this.#problem(error instanceof Error ? error.message : String(error), 0))
    }
    this.problems = problems
  }

  #problem(message: string, offset: number): ConfigProblem {
    return { path: '', place: this.#at(offset), message }
  }

  /** Whether the value itself is written in the file. */
  has(path: readonly PathStep[]): boolean {
    return this.#find(path).depth === path.length
  }

  /** `file:line:column` of the value, or of what it should be in; `ofKey` for that of its key. */
  placeOf(path: readonly PathStep[], ofKey = false): string {
    const { node, keyNode } = this.#find(path)
    return this.#at((ofKey ? (keyNode ?? node) : node)?.range?.[0] ?? 0)
  }

  #at(offset: number): string {
    const { line, col } = this.#lines.linePos(offset)
    return `${this.#name}:${line}:${col}`
  }

  #find(path: readonly PathStep[]): { depth: number; node: Node | null; keyNode: Node | undefined } {
    let node: Node | null = this.#document.contents
    let keyNode: Node | undefined
    for (const [depth, step] of path.entries()) {
      const next = this.#child(node, step)
      if (next === undefined) return { depth, node, keyNode: undefined }
      node = next.node
      keyNode = next.keyNode
    }
    return { depth: path.length, node, keyNode }
  }

  #child(parent: Node | null, step: PathStep): { node: Node; keyNode: Node | undefined } | undefined {
    const target = isAlias(parent) ? parent.resolve(this.#document) : parent
    if (!isCollection(target)) return undefined
    if (!isMap(target)) {
      const item = target.items[Number(step)]
      return isNode(item) ? { node: item, keyNode: undefined } : undefined
    }
    const pair = target.items.find(one => isPair(one) && isScalar(one.key) && String(one.key.value) === step)
    if (pair === undefined || !isNode(pair.key)) return undefined
    return { node: isNode(pair.value) ? pair.value : pair.key, keyNode: pair.key }
  }
}

/** Equal keys are looked for by `yamlProblem`, in linear time. */
function parserOptions(lineCounter: LineCounter) {
  return { lineCounter, prettyErrors: false, merge: true, uniqueKeys: false } as const
}

const tooLarge = `the file is larger than ${LARGEST_FILE} bytes; allowed is that at most`

/** `sources[0].limits.rate` */
export function pathText(path: readonly PathStep[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    return text === '' ? step : `${text}.${step}`
  }, '')
}
