import type { StreamConfig } from '../../acquisition/index.js'
import type { Page, Paging } from './page.js'
import { PAGE_PARAMETER, tokenOf } from './paging-request.js'
import { tellingPaths } from './stream-needs.js'
import { asText } from './template-text.js'
import { valueAt, withoutPath, withValue } from './path-steps.js'

/** What a page says beside its records, in its body and in its headers. */
export interface Told {
  readonly body: unknown
  readonly headers: readonly (readonly [name: string, value: string])[]
}

/** Puts all that follows a page into its body and headers. `url`: of the page itself, without credentials. */
export function toldBeside(
  { pagination, total }: Pick<StreamConfig, 'pagination' | 'total'>,
  page: Page,
  body: unknown,
  url: URL,
): Told {
  const headers: [string, string][] = []
  let whole = body
  const tell = (place: string | { readonly header: string } | undefined, value: unknown): void => {
    if (place === undefined) return
    if (typeof place === 'string') whole = withValue(whole, place, value)
    else if (value !== undefined && value !== null) headers.push([place.header, asText(value)])
  }
  tell(total, page.total)
  tell(pagination.hasMorePath, !page.isLast)
  tellTotals(pagination, page, tell)
  tellNext(pagination, page, url, tell)
  whole = [pagination.endWhen ?? []].flat().reduce((one, rule) => toldEnd(rule, page, one), whole)
  return { body: whole, headers }
}

type Tell = (place: string | { readonly header: string } | undefined, value: unknown) => void

function tellTotals(paging: Paging, page: Page, tell: Tell): void {
  if (paging.type === 'page') tell(either(paging.totalPagesPath, paging.totalPagesHeader), page.pages)
  if (paging.type === 'page' || paging.type === 'offset')
    tell(either(paging.totalRecordsPath, paging.totalRecordsHeader), page.total)
}

function either(path: string | undefined, header: string | undefined) {
  return path ?? (header === undefined ? undefined : { header })
}

function tellNext(paging: Paging, { next }: Page, url: URL, tell: Tell): void {
  if (paging.type === 'nextUrl')
    tell(
      either(tellingPaths(paging.nextUrlPath).at(-1), paging.nextUrlHeader),
      urlOf(url, next, PAGE_PARAMETER),
    )
  if (paging.type === 'linkHeader' && next !== undefined) {
    const target = urlOf(url, next, PAGE_PARAMETER) ?? ''
    tell({ header: 'Link' }, `<${url.href}>; rel="self", <${target}>; rel="${paging.rel ?? 'next'}"`)
  }
  if (paging.type === 'cursor') tellCursor(paging, next, url, tell)
}

function tellCursor(
  { from, cursorPath, cursorHeader, cursorFromQuery, params }: Extract<Paging, { readonly type: 'cursor' }>,
  next: number | undefined,
  url: URL,
  tell: Tell,
): void {
  const token = next === undefined ? null : tokenOf(next)
  if (cursorHeader !== undefined) tell({ header: cursorHeader }, token)
  for (const origin of Object.values(params ?? {})) {
    if (typeof origin === 'object')
      tell('body' in origin ? origin.body : 'header' in origin ? origin : undefined, token)
    else if (from !== 'lastRecord') tell(from === 'header' ? { header: origin } : origin, token)
  }
  if (from === 'lastRecord') return
  // Where several places may have it, the last of them does.
  const place = tellingPaths(cursorPath).at(-1)
  tell(place, cursorFromQuery === undefined ? token : urlOf(url, next, cursorFromQuery))
}

/** The page's own URL, with another position; null where there is none. */
function urlOf(url: URL, next: number | undefined, parameter: string): string | null {
  if (next === undefined) return null
  const whole = new URL(url)
  whole.searchParams.set(parameter, tokenOf(next))
  return whole.href
}

type EndRule = Exclude<NonNullable<Paging['endWhen']>, readonly unknown[]>

/** What ends a stream by a rule is there on its last page, and nothing that would end it on another. */
function toldEnd(rule: EndRule, { isLast }: Page, body: unknown): unknown {
  if (!('path' in rule)) return body
  if ('exists' in rule || 'absent' in rule) {
    const isThere = isLast === ('exists' in rule && rule.exists)
    return isThere ? ensured(body, rule.path, true) : withoutPath(body, rule.path)
  }
  const values = 'is' in rule ? [rule.is].flat() : rule.in
  const [ending] = values
  if (isLast) return withValue(body, rule.path, ending)
  return ensured(
    body,
    rule.path,
    typeof ending === 'boolean' ? !ending : typeof ending === 'number' ? ending + 1_000 : 'more',
  )
}

/** Something else may stand there already: a cursor. */
function ensured(body: unknown, path: string, value: unknown): unknown {
  const found = valueAt(body, path)
  return found === undefined || found === null ? withValue(body, path, value) : body
}
