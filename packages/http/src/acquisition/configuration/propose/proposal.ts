/** How sure a proposal is: the page says so, it mostly means that, or somebody has to look. */
type Sureness = 'certain' | 'likely' | 'guess'

/** Something that a pipeline file may say, and why. */
export interface Proposal<T> {
  readonly value: T
  readonly sure: Sureness
  readonly why: string
}

export type JsonObject = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What lies at a path of plain keys; undefined where there is nothing. */
export function at(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (here, key) => (isObject(here) && Object.hasOwn(here, key) ? here[key] : undefined),
      value,
    )
}
