import { compilePath } from '../references/index.js'
import { isJsonNumber, plainDecimal } from './exact-number.js'

type Scalar = string | number | boolean | null

/** What a page's body tells the end of its stream by. */
export type BodyEndRule =
  /** What stands at the path is this, or one of these: of the same type, and equal. */
  | { readonly path: string; readonly is: Scalar | readonly Scalar[] }
  /** Nothing stands at the path, or there is no body at all. */
  | { readonly path: string; readonly absent: true }
  /** It has no records. */
  | { readonly empty: true }

/** Compiles the rules once. The reader says whether one of them holds for a body with so many records. */
export function endReader(rules: readonly BodyEndRule[]): (body: unknown, recordCount: number) => boolean {
  const tests = rules.map(testOf)
  return (body, recordCount) => tests.some(holds => holds(body, recordCount))
}

function testOf(rule: BodyEndRule): (body: unknown, recordCount: number) => boolean {
  if ('empty' in rule) return (_body, recordCount) => recordCount === 0
  const valueAt = compilePath(rule.path)
  if ('absent' in rule) return body => valueAt(body) === undefined
  const ends = new Set([rule.is].flat())
  return body => ends.has(scalarAt(valueAt(body)))
}

/** A long number is an object to the exact parser. */
function scalarAt(value: unknown): Scalar {
  return (isJsonNumber(value) && typeof value !== 'number' ? Number(plainDecimal(value)) : value) as Scalar
}
