import type { AddRules } from './added-fields.js'
import { scopeOf } from './added-fields.js'
import { storedJson } from './exact-number.js'
import { markNumbers } from './decoders/mark-numbers.js'
import type { Expression } from './expression.js'
import { compileExpression } from './expression.js'
import { isRecord } from './is-record.js'
import type { PageContext } from './page-context.js'

/** By record, then by field. */
export type Computed = ReadonlyMap<unknown, Readonly<Record<string, unknown>>>

/** Computes what expressions make of the records of a page, one after the other. */
type Computing = (rows: readonly unknown[], context?: PageContext) => Promise<Computed>

/** @throws SyntaxError for an expression that is none. */
export function computedReader(rules: AddRules): Computing {
  const expressions = Object.entries(rules).flatMap(([name, rule]): [string, Expression][] =>
    'expr' in rule ? [[name, compileExpression(rule.expr)]] : [],
  )
  return async (rows, context) => {
    const known = rootsIn(scopeOf(context))
    const computed = new Map<unknown, Record<string, unknown>>()
    for (const row of rows) {
      if (!isRecord(row)) continue
      const values: [string, unknown][] = []
      for (const [name, compute] of expressions) values.push([name, await compute(row, known)])
      computed.set(row, Object.fromEntries(values))
    }
    return computed
  }
}

/** Whether fields are computed: any time may pass over them. */
export function hasExpressions({ add = {} }: { readonly add?: AddRules | undefined }): boolean {
  return Object.values(add).some(rule => 'expr' in rule)
}

/** `project.id` is the field `id` of the root `project`. */
export function rootsIn(scope: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  const roots: Record<string, unknown> = {}
  for (const [reference, json] of Object.entries(scope)) {
    const value: unknown = JSON.parse(storedJson(JSON.parse(markNumbers(json))))
    const names = reference.split('.')
    const last = names.pop() ?? ''
    let at = roots
    for (const name of names) at = (at[name] ??= {}) as Record<string, unknown>
    at[last] = value
  }
  return roots
}
