import type { JsonObject } from '../proposal.js'
import { isObject } from '../proposal.js'

const DEEPEST = 20

/** What a `$ref` of the same document stands for; another document's cannot be followed. */
export class References {
  readonly #document: unknown

  constructor(document: unknown) {
    this.#document = document
  }

  /** The object itself, or what it refers to; undefined where that leads nowhere. */
  object(value: unknown): JsonObject | undefined {
    let here = value
    for (let depth = 0; depth < DEEPEST; depth += 1) {
      if (!isObject(here)) return undefined
      const { $ref } = here
      if (typeof $ref !== 'string') return here
      here = this.#target($ref)
    }
    return undefined
  }

  list(value: unknown): JsonObject[] {
    const items: unknown[] = Array.isArray(value) ? value : []
    return items.map(item => this.object(item)).filter(item => item !== undefined)
  }

  /** The properties of a schema, those of all that it is made of. */
  properties(value: unknown, depth = 0): JsonObject {
    const schema = this.object(value)
    if (schema === undefined || depth > DEEPEST) return {}
    const parts = ['allOf', 'oneOf', 'anyOf'].flatMap(key => this.list(schema[key]))
    const merged = Object.fromEntries(parts.flatMap(part => Object.entries(this.properties(part, depth + 1))))
    return { ...merged, ...(isObject(schema['properties']) ? schema['properties'] : {}) }
  }

  #target(reference: string): unknown {
    if (!reference.startsWith('#/')) return undefined
    const keys = reference.slice(2).split('/').map(unescaped)
    return keys.reduce<unknown>(
      (here, key) =>
        (isObject(here) || Array.isArray(here)) && Object.hasOwn(here, key)
          ? (here as Record<string, unknown>)[key]
          : undefined,
      this.#document,
    )
  }
}

function unescaped(key: string): string {
  try {
    return decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~')
  } catch {
    return key
  }
}
