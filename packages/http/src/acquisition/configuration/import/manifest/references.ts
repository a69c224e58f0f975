import type { Component, Value } from './component.js'
import { isComponent } from './component.js'
import type { ManifestText } from './read-manifest.js'
import { Refusal } from './refusal.js'

/** Schemas are not needed, and they are most of a manifest. */
const LEFT_OUT: ReadonlySet<string> = new Set(['schema_loader', 'state_migrations', 'schema_normalization'])

/**
 * Follows `$ref: '#/definitions/name'`: what it points to is put in its place, and keys beside it win. Each
 * target is followed once and then shared.
 */
export class References {
  readonly #manifest: ManifestText
  readonly #known = new Map<string, Value>()
  readonly #open = new Set<string>()

  constructor(manifest: ManifestText) {
    this.#manifest = manifest
  }

  /** @throws Refusal for a reference that leads nowhere, or back to itself. */
  followed(value: Value): Value {
    if (Array.isArray(value)) return (value as readonly Value[]).map(one => this.followed(one))
    if (typeof value === 'string' && value.startsWith('#/')) return this.#target(value)
    return isComponent(value) ? this.#mapping(value) : value
  }

  #mapping(component: Component): Value {
    const { lines } = this.#manifest
    const own: Record<string, Value> = {}
    for (const [key, value] of Object.entries(component)) {
      const name = key === '$options' ? '$parameters' : key
      if (key !== '$ref' && !LEFT_OUT.has(key) && value !== undefined) own[name] = this.followed(value)
    }
    const reference = component['$ref']
    if (reference === undefined) return lines.merged(own, component)
    const target = this.followed(reference)
    if (!isComponent(target)) return target
    return lines.merged({ ...target, ...own }, target, component)
  }

  #target(reference: string): Value {
    const known = this.#known.get(reference)
    if (known !== undefined) return known
    if (this.#open.has(reference))
      throw new Refusal('circular reference', `${reference} leads back to itself`)
    this.#open.add(reference)
    try {
      const value = this.followed(this.#lookUp(reference))
      this.#known.set(reference, value)
      return value
    } finally {
      this.#open.delete(reference)
    }
  }

  /** A key may hold a slash itself: the longest that is there is taken. */
  #lookUp(reference: string): Value {
    let value: Value | undefined = this.#manifest.root
    let steps = reference.slice(2).split('/')
    while (steps.length > 0) {
      const taken = longestKey(value, steps)
      if (taken === undefined) throw new Refusal('missing reference', `${reference} leads nowhere`)
      value = taken.value
      steps = steps.slice(taken.length)
      if (isComponent(value) && typeof value['$ref'] === 'string') value = this.followed(value)
    }
    return value
  }
}

function longestKey(
  value: Value | undefined,
  steps: readonly string[],
): { readonly value: Value; readonly length: number } | undefined {
  if (Array.isArray(value)) {
    const item = (value as readonly Value[])[Number(steps[0])]
    return item === undefined ? undefined : { value: item, length: 1 }
  }
  if (!isComponent(value)) return undefined
  for (let length = steps.length; length > 0; length--) {
    const found = value[steps.slice(0, length).join('/')]
    if (found !== undefined) return { value: found, length }
  }
  return undefined
}
