import type { Constant, Expression } from '../jinja/index.js'
import { constant } from '../jinja/index.js'
import type { Way } from './paths.js'
import { wayOf } from './paths.js'

/** The expression with constants where `known` knows what a way leads to; the same one where it knows nothing. */
export function withKnown(
  expression: Expression,
  known: (way: Way) => { readonly value: Constant } | undefined,
): Expression {
  if (expression.kind === 'item') {
    const way = wayOf(expression)
    const found = way === undefined ? undefined : known(way)
    if (found !== undefined) return constant(found.value)
    // What is on the way to something is not looked at by itself.
    if (way !== undefined) return expression
  }
  return mapped(expression, one => withKnown(one, known))
}

/** The same kind of expression with other parts. */
export function mapped(expression: Expression, change: (part: Expression) => Expression): Expression {
  let isChanged = false
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk)
    if (typeof value !== 'object' || value === null) return value
    if ('kind' in value) {
      const next = change(value as Expression)
      if (next !== value) isChanged = true
      return next
    }
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, walk(one)]))
  }
  const entries = Object.entries(expression).map(
    ([key, value]) => [key, key === 'value' && expression.kind === 'constant' ? value : walk(value)] as const,
  )
  return isChanged ? (Object.fromEntries(entries) as unknown as Expression) : expression
}
