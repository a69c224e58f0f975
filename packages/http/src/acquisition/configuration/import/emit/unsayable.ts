import type { Expression } from '../jinja/index.js'
import { str } from '../jinja/index.js'
import { Refusal } from '../manifest/refusal.js'

/** What has no counterpart in a pipeline, named. */
export function unsayable(expression: Expression): Refusal {
  const what =
    expression.kind === 'call' && expression.of.kind === 'name'
      ? `${expression.of.name}()`
      : described(expression)
  return new Refusal('expression', `${what} cannot be said in a pipeline`)
}

function described(expression: Expression): string {
  if (expression.kind === 'filter') return `the filter ${expression.name}`
  if (expression.kind === 'call' && expression.of.kind === 'item' && expression.of.key.kind === 'constant') {
    return `${str(expression.of.key.value)}()`
  }
  return expression.kind === 'name' ? expression.name : `"${expression.kind}"`
}
