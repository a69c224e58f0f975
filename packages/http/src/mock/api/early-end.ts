import type { StreamConfig } from '../../acquisition/index.js'
import { evaluated } from './evaluated.js'
import { jsonPage } from './page-body.js'
import { pageOf } from './page.js'
import type { PageManners } from './page.js'
import { PAGE_SIZE } from './paging-request.js'
import type { Row } from './record-maker.js'
import type { Untold } from './untold.js'

const URL_OF_PAGE = new URL('http://mock.invalid/page')

/** The expressions of `endWhen` that would end a stream, as the mock has it, before its last page. */
export async function earlyEnds(
  stream: StreamConfig,
  rows: readonly Row[],
  manners: PageManners,
): Promise<Untold[]> {
  const { pagination, name } = stream
  const { pageSize: size = PAGE_SIZE } = 'pageSize' in pagination ? pagination : {}
  const found = new Set<string>()
  for (const rule of [pagination.endWhen ?? []].flat()) {
    if (!('expr' in rule)) continue
    for (let from = 0; from + size < rows.length; from += size) {
      const page = pageOf(pagination, rows, { from, size }, manners)
      const { body, headers } = jsonPage(stream, page, URL_OF_PAGE)
      const named = Object.fromEntries(headers.map(([header, value]) => [header.toLowerCase(), value]))
      const known = { headers: named, lastRecord: page.rows.at(-1)?.raw, recordCount: page.rows.length }
      // One that fails ends nothing here: the run tells of it.
      if ((await evaluated(rule.expr, body, known).catch(() => false)) === true) found.add(rule.expr)
    }
  }
  return Array.from(found, expr => ({
    stream: name,
    key: 'pagination.endWhen',
    why: `an expression that ends the stream before its last page, as far as a mock can make one: ${expr}`,
  }))
}
