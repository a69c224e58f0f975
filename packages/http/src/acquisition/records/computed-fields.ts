import type { Secrets } from '../secrets/index.js'
import type { AddRules } from './added-fields.js'
import { addedReader, scopeOf } from './added-fields.js'
import type { AddedValues } from './field-path.js'
import { storedJson } from './exact-number.js'
import { markNumbers } from './decoders/mark-numbers.js'
import type { Expression } from './expression.js'
import { compileExpression } from './expression.js'
import { isRecord } from './is-record.js'
import type { PageContext } from './page-context.js'
import { Unreadable } from './unreadable.js'

/** By record, then by field. */
export type Computed = ReadonlyMap<unknown, Readonly<Record<string, unknown>>>

/** Computes what expressions make of the records of a page, one after the other. */
type Computing = (rows: readonly unknown[], context?: PageContext) => Promise<Computed>

interface Computer {
  readonly name: string
  readonly compute: Expression
  /** Fields that are added before it, and that it may mean. */
  readonly before: readonly string[]
}

/** @throws SyntaxError for an expression that is none. */
export function computedReader(rules: AddRules, secrets: Secrets): Computing {
  const computers = Object.entries(rules).flatMap(([name, rule], at, all): Computer[] => {
    if (!('expr' in rule)) return []
    const { expr } = rule
    const before = all.slice(0, at).flatMap(([earlier]) => (expr.includes(earlier) ? [earlier] : []))
    return [{ name, compute: compileExpression(expr), before }]
  })
  const addedOf = addedReader(rules, secrets)
  return async (rows, context) => {
    const known = rootsIn(scopeOf(context))
    const valuesOf = addedOf(context)
    const computed = new Map<unknown, Record<string, unknown>>()
    for (const row of rows) {
      if (!isRecord(row)) continue
      const values: Record<string, unknown> = {}
      for (const { name, compute, before } of computers) {
        const record = before.length === 0 ? row : { ...row, ...chosen(valuesOf(row, values), before) }
        values[name] = await compute(record, known)
      }
      computed.set(row, values)
    }
    return computed
  }
}

function chosen(values: AddedValues, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    names.map(name => [name, values[name] instanceof Unreadable ? null : values[name]]),
  )
}

/** Whether fields are computed. */
export function hasComputed({ add = {} }: { readonly add?: AddRules | undefined }): boolean {
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
