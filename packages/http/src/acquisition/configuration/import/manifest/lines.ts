import type { Component } from './component.js'

/** On which line of the manifest a mapping begins, and on which its keys stand; copies keep the lines. */
export class Lines {
  readonly #starts = new WeakMap<object, number>()
  readonly #keys = new WeakMap<object, ReadonlyMap<string, number>>()

  /** The line of a key, or else of the mapping; 0 where it is not known. */
  of(component: Component, key?: string): number {
    const ofKey = key === undefined ? undefined : this.#keys.get(component)?.get(key)
    return ofKey ?? this.#starts.get(component) ?? 0
  }

  set(component: Component, start: number, keys: ReadonlyMap<string, number>): void {
    this.#starts.set(component, start)
    this.#keys.set(component, keys)
  }

  /** A copy with the lines of its originals; a later one wins. */
  merged(target: Component, ...originals: readonly Component[]): Component {
    const keys = new Map(originals.flatMap(one => [...(this.#keys.get(one) ?? [])]))
    const starts = originals.flatMap(one => this.#starts.get(one) ?? [])
    this.set(target, starts.at(-1) ?? 0, keys)
    return target
  }
}
