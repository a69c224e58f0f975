/** A value of a manifest. */
export type Value = null | boolean | number | string | readonly Value[] | Component

/** A mapping of a manifest: a component of the low-code CDK, or plain data. */
export interface Component {
  readonly [key: string]: Value | undefined
}

export function isComponent(value: Value | undefined): value is Component {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The components of a list; of one that stands alone too. */
export function componentsOf(value: Value | undefined): readonly Component[] {
  return [value ?? []].flat().filter(isComponent)
}

/** For messages, and for values that are texts. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return value === undefined || value === null ? '' : JSON.stringify(value)
}
