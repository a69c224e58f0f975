import type { Roots, Template } from './template.js'
import { parseTemplate } from './template.js'

/** A value that an expression (JSONata) computes. */
export interface ComputedValue {
  readonly expr: string
}

/** The root of computed values, which no text can refer to. */
export const COMPUTED = '='

export function isComputed(value: unknown): value is ComputedValue {
  if (typeof value !== 'object' || value === null) return false
  return Object.keys(value).length === 1 && typeof (value as Partial<ComputedValue>).expr === 'string'
}

/** The text of a value before it is computed, which is then nothing. */
export function writtenText(value: string | ComputedValue): string {
  return typeof value === 'string' ? value : ''
}

/**
 * The template of a value: a computed one is a single reference, whose value a scope has under its name.
 * @throws TemplateError for a reference that is not known.
 */
export function valueTemplate(value: string | ComputedValue, roots: Roots): Template {
  if (typeof value === 'string') return parseTemplate(value, roots)
  return { parts: [{ name: `${COMPUTED}${value.expr}`, root: COMPUTED, path: value.expr }] }
}
