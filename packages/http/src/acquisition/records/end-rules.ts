import { compilePath } from '../references/index.js'
import { isJsonNumber, canonicalDecimal } from './exact-number.js'

type Scalar = string | number | boolean | null

/** What a page's body tells the end of its stream by. */
export type BodyEndRule =
  /** What stands at the path is this, or one of these: of the same type, and equal. */
  | { readonly path: string; readonly is: Scalar | readonly Scalar[] }
  | { readonly path: string; readonly in: readonly Scalar[] }
  /** Whether anything stands at the path; without a body nothing does. */
  | { readonly path: string; readonly exists: boolean }
  | { readonly path: string; readonly absent: true }
  /** The expression gives true. */
  | { readonly expr: string }
  /** It has no records. */
  | { readonly empty: true }
  /** It has fewer. */
  | { readonly fewerThan: number }

/** What the rules look at of a page. */
interface EndedPage {
  readonly body: unknown
  readonly recordCount: number
  /** By expression. */
  readonly computed?: Readonly<Record<string, unknown>>
}

/** Compiles the rules once. The reader says whether one of them holds for a page. */
export function endReader(rules: readonly BodyEndRule[]): (page: EndedPage) => boolean {
  const tests = rules.map(testOf)
  return page => tests.some(holds => holds(page))
}

function testOf(rule: BodyEndRule): (page: EndedPage) => boolean {
  if ('empty' in rule) return ({ recordCount }) => recordCount === 0
  if ('fewerThan' in rule) return ({ recordCount }) => recordCount < rule.fewerThan
  if ('expr' in rule) return ({ computed = {} }) => computed[rule.expr] === true
  const valueAt = compilePath(rule.path)
  if ('absent' in rule) return ({ body }) => valueAt(body) === undefined
  if ('exists' in rule) return ({ body }) => (valueAt(body) !== undefined) === rule.exists
  const ends = new Set(['in' in rule ? rule.in : rule.is].flat().map(comparable))
  return ({ body }) => ends.has(comparable(valueAt(body)))
}

/** Numbers are equal by value, whichever way they were written; they equal no text. */
function comparable(value: unknown): unknown {
  return isJsonNumber(value)
    ? `number ${canonicalDecimal(value)}`
    : typeof value === 'string'
      ? `text ${value}`
      : value
}
