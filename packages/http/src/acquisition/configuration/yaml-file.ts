import { parse } from 'node:path'
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
import type { ConfigSource, PathStep } from './config-source.js'
import { LARGEST_FILE, yamlProblem } from './yaml-limits.js'
import { yamlMistakes } from './yaml-mistake.js'

/** A YAML text as data, and where in the text each of its values stands. */
export class YamlFile implements ConfigSource {
  /** The file's, without folder and ending. */
  readonly name: string
  readonly folder: string
  readonly data: unknown
  readonly problems: readonly ConfigProblem[]
  readonly #file: string
  readonly #document: Document
  readonly #lines = new LineCounter()

  constructor(text: string, file: string) {
    const { name, dir } = parse(file)
    this.name = name
    this.folder = dir
    this.#file = file
    if (text.length > LARGEST_FILE) {
      this.#document = new Document()
      this.problems = [{ path: '', place: file, message: tooLarge }]
      return
    }
    this.#document = parseDocument(text, parserOptions(this.#lines))
    const mistakes = [...yamlMistakes(this.#document)]
    const found = this.#document.errors.length === 0 ? yamlProblem(this.#document) : undefined
    if (found !== undefined) mistakes.push(found)
    const problems = mistakes.map(({ offset, message }) => this.#problem(message, offset))
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

  has(path: readonly PathStep[]): boolean {
    return this.#find(path).depth === path.length
  }

  /** `file:line:column` */
  placeOf(path: readonly PathStep[], ofKey = false): string {
    const { node, keyNode } = this.#find(path)
    return this.#at((ofKey ? (keyNode ?? node) : node)?.range?.[0] ?? 0)
  }

  #at(offset: number): string {
    const { line, col } = this.#lines.linePos(offset)
    return `${this.#file}:${line}:${col}`
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
