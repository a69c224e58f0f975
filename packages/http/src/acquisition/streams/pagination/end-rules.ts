import type { PageRef } from '../../ledger/index.js'
import type { BodyEndRule } from '../../records/index.js'

/** What ends a stream, where its way of paging cannot know. */
type EndRule =
  | Exclude<BodyEndRule, { readonly fewerThan: number }>
  /** A page has fewer raw records than `pageSize`. */
  | { readonly short: true }
  /** A response behind the first page has this status, or one of these; 204 ends on the first page too. */
  | { readonly status: number | readonly number[] }
  /** A page has the rows that another page had. */
  | { readonly repeated: true }

export type EndRules = EndRule | readonly EndRule[] | undefined

/** What a server answers where there is no page, most often. */
const NO_SUCH_PAGE: ReadonlySet<number> = new Set([400, 404, 410, 416, 422])

/** Those that a page's reading decides. `pageSize`: without one no page is short. */
export function bodyRulesOf(rules: EndRules, pageSize = 0): BodyEndRule[] {
  return listOf(rules).flatMap((rule): BodyEndRule[] => {
    if ('short' in rule) return [{ fewerThan: pageSize }]
    return 'path' in rule || 'empty' in rule || 'expr' in rule ? [rule] : []
  })
}

export function endsShort(rules: EndRules): boolean {
  return listOf(rules).some(rule => 'short' in rule)
}

export function endsRepeated(rules: EndRules): boolean {
  return listOf(rules).some(rule => 'repeated' in rule)
}

/**
 * Whether a status says that the stream has no such page: by rule, or because all that the total promises is
 * there, and this page only asks whether that is so.
 */
export function endsByStatus(rules: EndRules): (page: PageRef, statusCode: number) => boolean {
  const ends = new Set(listOf(rules).flatMap(rule => ('status' in rule ? rule.status : [])))
  return ({ ordinal, state }, statusCode) => {
    if (ends.has(statusCode)) return ordinal > 1 || statusCode < 300
    return state['beyond'] === 1 && NO_SUCH_PAGE.has(statusCode)
  }
}

function listOf(rules: EndRules): readonly EndRule[] {
  return rules === undefined ? [] : [rules].flat()
}
