import { compileExpression } from './expression.js'
import { storedJson } from './exact-number.js'
import { Unreadable } from './unreadable.js'
import type { PagingPaths, RawPage } from './paging-values.js'
import type { BodyEndRule } from './end-rules.js'

/** What may be said of pages as a whole in expressions: where the next one is, and what ends the stream. */
interface PageRules {
  readonly paging?: PagingPaths | undefined
  readonly endWhen?: readonly BodyEndRule[] | undefined
}

/** What the expressions of a page have given, by expression. */
type ComputedPage = NonNullable<RawPage['computed']>

/** The expressions by which a page says how paging goes on. */
export function pageExpressions({ paging, endWhen = [] }: PageRules): readonly string[] {
  const { next } = paging ?? {}
  const places = typeof next === 'object' && 'expr' in next ? [next] : []
  const rules = endWhen.filter(rule => 'expr' in rule)
  return [...new Set([...places, ...rules].map(({ expr }) => expr))]
}

const header = /\$headers\.(?:`([^`]+)`|(\w+))/g

/** The headers that the expressions name, in lower case. */
export function headersOfExpressions(rules: PageRules): string[] {
  const found = pageExpressions(rules).flatMap(expr => [...expr.matchAll(header)])
  return found.map(([, quoted, plain = '']) => (quoted ?? plain).toLowerCase())
}

/**
 * Compiles the expressions of a stream's pages once. They are computed over the body, and know `$headers`,
 * `$lastRecord` and `$recordCount`. One that fails gives an Unreadable.
 * @throws SyntaxError for an expression that is none.
 */
export function pageComputer(rules: PageRules): (page: RawPage) => Promise<ComputedPage> {
  const expressions = pageExpressions(rules).map(expr => [expr, compileExpression(expr)] as const)
  return async page => {
    const known = knownOf(page)
    const computed: [string, unknown][] = []
    for (const [expr, compute] of expressions) computed.push([expr, await compute(page.body ?? null, known)])
    return Object.fromEntries(computed)
  }
}

function knownOf({ headers = {}, lastRecord = null, recordCount }: RawPage): Record<string, unknown> {
  return { headers, lastRecord: JSON.parse(storedJson(lastRecord)) as unknown, recordCount }
}

/** What is no page may break an expression; nothing else is wrong with it then. */
export function usable(computed: ComputedPage): ComputedPage {
  return Object.fromEntries(Object.entries(computed).filter(([, value]) => !(value instanceof Unreadable)))
}
