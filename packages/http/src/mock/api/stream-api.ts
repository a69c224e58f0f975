import type { StreamConfig } from '../../acquisition/index.js'
import type { Reply } from '../reply.js'
import { statusReply } from '../reply.js'
import type { AskedRequest } from './asked-request.js'
import { headerOf, Mismatch } from './asked-request.js'
import { earlyEnds } from './early-end.js'
import { readMoment, unitOf } from './moments.js'
import { pageOf } from './page.js'
import type { PageManners } from './page.js'
import { keysOf, pageReply } from './page-body.js'
import { sliceAsked } from './paging-request.js'
import type { Remaining } from './placed-values.js'
import type { Row } from './record-maker.js'
import { RequestShape, together } from './request-shape.js'
import type { StreamRows } from './rows-of-stream.js'
import { asText } from './template-text.js'
import type { Captured } from './template-text.js'
import type { Untold } from './untold.js'

/** How the API behaves, beside what the pipeline file declares. */
export interface ApiManners extends PageManners {
  readonly isGzip: boolean
  /** Whether what equals the beginning of a filter is left out. */
  readonly leavesOutEqual: boolean
  /** The greatest time between the ends of a filter, in milliseconds. */
  readonly maxWindowMs: number | undefined
}

/** An answer to a request that was understood. */
export interface PageAnswer {
  readonly reply: Reply
  readonly page: number | null
}

/** The ends of what is asked for, as records are compared. */
interface Span {
  readonly since: number | string | undefined
  readonly until: number | string | undefined
}

/** One stream as its server has it. */
export class StreamApi {
  readonly config: StreamConfig
  readonly #rows: StreamRows
  readonly #shape: RequestShape
  readonly #manners: ApiManners

  constructor(rows: StreamRows, manners: ApiManners) {
    this.config = rows.config
    this.#rows = rows
    this.#shape = new RequestShape(rows.config)
    this.#manners = manners
  }

  isAt(path: string): boolean {
    return this.#shape.isAt(path)
  }

  /** `url`: of the page. @throws Mismatch (rejects) where the request is not what the file declares. */
  async answer(request: AskedRequest, url: URL): Promise<PageAnswer> {
    const { pagination, records } = this.config
    const { values: outer, remaining } = this.#shape.recognise(request)
    const sent = this.#sent(remaining)
    const sliceIn = sliceAsked(pagination, remaining)
    const values = together([outer, this.#shape.body(remaining)])
    // What code puts into the query, nobody else knows.
    if (this.config.hooks?.authorize !== undefined) remaining.query = []
    checkNothingLeft(remaining)
    const parts = await this.#rows.servedFor(values)
    if (parts === undefined)
      throw new Mismatch(`there is no part ${JSON.stringify(Object.fromEntries(values))}`, 404)
    const refusal = parts.find(part => part.refusal !== undefined)?.refusal
    if (refusal !== undefined) return { reply: statusReply(refusal), page: null }
    const rows = this.#ordered(
      parts.flatMap(part => part.rows),
      this.#span(values, sent),
    )
    const slice = sliceIn(rows, values)
    const isSingle = typeof records === 'object' && records.shape === 'object'
    const page = pageOf(pagination, rows, isSingle ? { ...slice, size: 1 } : slice, this.#manners)
    const takesGzip = headerOf(request, 'accept-encoding')?.includes('gzip') === true
    return {
      reply: pageReply(this.config, page, url, {
        isGzip: this.#manners.isGzip,
        takesGzip,
        columns: () => keysOf(parts.flatMap(part => part.rows.map(({ raw }) => raw))),
      }),
      page: page.number,
    }
  }

  /** What would end the stream before its last page. */
  earlyEnds(): Promise<Untold[]> {
    const rows = this.#ordered(this.#rows.first?.rows ?? [], { since: undefined, until: undefined })
    return earlyEnds(this.config, rows, this.#manners)
  }

  /** The parameters of `since`. */
  #sent(remaining: Remaining): { readonly since: unknown; readonly until: unknown } {
    const { param, untilParam } = this.config.since ?? {}
    return {
      since: param === undefined ? undefined : remaining.take(param),
      until: untilParam === undefined ? undefined : remaining.take(untilParam),
    }
  }

  #span(values: Captured, sent: { readonly since: unknown; readonly until: unknown }): Span {
    const [since, until] = (['since', 'until'] as const).map(end =>
      this.#read(end, values.get(end) ?? sent[end]),
    )
    this.#checkWidth(since, until)
    const { type, format } = this.config.since ?? { type: 'text', format: '' }
    // Whole units: what is asked for until a day is asked for until its end.
    const end = type === 'date' && typeof until === 'number' ? until + unitOf(format) - 1 : until
    return { since, until: end }
  }

  #read(end: string, value: unknown): number | string | undefined {
    const { since } = this.config
    if (value === undefined || since === undefined) return undefined
    if (since.type === 'text') return asText(value)
    const read = since.type === 'number' ? Number(value) : readMoment(value, since.format)
    if (read === undefined || Number.isNaN(read))
      throw new Mismatch(`${end} is ${JSON.stringify(value)}; declared is ${since.format}`)
    return read
  }

  #checkWidth(since: number | string | undefined, until: number | string | undefined): void {
    const { maxWindowMs } = this.#manners
    if (maxWindowMs === undefined || typeof since !== 'number') return
    const width = (typeof until === 'number' ? until : Date.now()) - since
    if (width > maxWindowMs) throw new Mismatch(`the window is ${width} ms wide; allowed is ${maxWindowMs}`)
  }

  #ordered(rows: readonly Row[], { since, until }: Span): Row[] {
    const { since: config } = this.config
    const there = rows.filter(({ isGone }) => isGone !== true)
    if (config === undefined) return there
    const { leavesOutEqual } = this.#manners
    const sign = config.order === 'descending' ? -1 : 1
    return there
      .filter(row => {
        const order = row.since?.order ?? 0
        const isFrom = since === undefined || (leavesOutEqual ? order > since : order >= since)
        return isFrom && (until === undefined || order <= until)
      })
      .sort((a, b) => sign * compared(a.since?.order ?? 0, b.since?.order ?? 0))
  }
}

function compared(a: number | string, b: number | string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function checkNothingLeft({ suffix, query }: Remaining): void {
  if (suffix !== '') throw new Mismatch(`${suffix} follows the path; nothing of it is declared`, 404)
  const [extra] = query
  if (extra !== undefined) throw new Mismatch(`the parameter ${extra[0]} is not declared`)
}
