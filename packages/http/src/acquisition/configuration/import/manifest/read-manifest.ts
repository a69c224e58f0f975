import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import type { Document, Node, YAMLMap } from 'yaml'
import type { Component, Value } from './component.js'
import { isComponent, textOf } from './component.js'
import { Lines } from './lines.js'

/** A manifest as it is written, before references are followed. */
export interface ManifestText {
  readonly root: Component
  readonly lines: Lines
}

/** The manifest cannot be read at all. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError'
}

/**
 * Reads a manifest. It is YAML 1.1, as its own tools read it: `yes` is true, and `<<` merges.
 * @throws ManifestError when it is not YAML, or not a declarative source.
 */
export function readManifest(text: string, name: string): ManifestText {
  const counter = new LineCounter()
  const document = parseDocument(text, {
    version: '1.1',
    merge: true,
    lineCounter: counter,
    uniqueKeys: false,
  })
  const [mistake] = document.errors
  if (mistake !== undefined) {
    const { line } = counter.linePos(mistake.pos[0])
    throw new ManifestError(`${name}:${line}: it is not YAML: ${mistake.message.split('\n')[0]}`)
  }
  const lines = new Lines()
  const root =
    document.contents === null ? null : new NodeReader(document, counter, lines).value(document.contents)
  if (!isComponent(root) || (root['streams'] === undefined && root['dynamic_streams'] === undefined)) {
    throw new ManifestError(`${name} is no manifest of a declarative source: it has no streams`)
  }
  return { root, lines }
}

class NodeReader {
  readonly #document: Document.Parsed
  readonly #counter: LineCounter
  readonly #lines: Lines
  /** What an anchor stands for is read once. */
  readonly #known = new Map<unknown, Value>()

  constructor(document: Document.Parsed, counter: LineCounter, lines: Lines) {
    this.#document = document
    this.#counter = counter
    this.#lines = lines
  }

  value(node: unknown): Value {
    const known = this.#known.get(node)
    if (known !== undefined) return known
    const value = this.#read(node)
    this.#known.set(node, value)
    return value
  }

  #read(node: unknown): Value {
    if (isAlias(node)) return this.value(node.resolve(this.#document))
    if (isMap(node)) return this.#mapping(node as YAMLMap<Node, Node | null>)
    if (isSeq(node)) return node.items.map(item => this.value(item))
    if (!isScalar(node)) return null
    const { value, source } = node
    // Its own tools take no single letter for true or false.
    if (typeof value === 'boolean' && source?.length === 1) return source
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
    return value === null || value === undefined ? null : (source ?? textOf(value))
  }

  #mapping(node: YAMLMap<Node, Node | null>): Component {
    const own: Record<string, Value> = {}
    const merged: Record<string, Value> = {}
    const keys = new Map<string, number>()
    for (const { key, value } of node.items) {
      const name = String(isScalar(key) ? (key.source ?? key.value) : key)
      if (name === '<<') Object.assign(merged, ...[this.value(value)].flat().filter(isComponent))
      else {
        own[name] = this.value(value)
        keys.set(name, this.#lineOf(key))
      }
    }
    const mapping = { ...merged, ...own }
    this.#lines.set(mapping, this.#lineOf(node), keys)
    return mapping
  }

  #lineOf({ range }: Node): number {
    return this.#counter.linePos(range?.[0] ?? 0).line
  }
}
