import type { Notice, PageRef, StopReason } from '../../ledger/index.js'
import type { NormalisedPage, PagingPaths } from '../../records/index.js'
import type { SchemaParts, SchemaShape } from '../../schema/index.js'
import type { PageParameter } from '../requests/param-place.js'
import type { StreamAddress } from '../requests/stream-url.js'
import type { EndRules } from './end-rules.js'

/** What every way of paging takes. */
export interface PagingLimits {
  /** No more pages than this are asked for, whatever the source says. Default 10,000. */
  readonly maxPages: number
  /** Path to a boolean that says whether more follows. `false` is the end, unless a total promises more. */
  readonly hasMorePath?: string | undefined
  /** What ends the stream where its way of paging cannot know: one rule, or a list. */
  readonly endWhen?: EndRules
  /**
   * A page that has the rows of another: `stop` takes it for a loop, of numbered pages the third of them;
   * `continue` goes on, to the end or to `maxPages`. Default stop.
   */
  readonly onRepeatedPage?: 'stop' | 'continue' | undefined
}

/** The stream whose pages follow each other. */
export interface PagedStream extends StreamAddress {
  readonly name: string
}

/** A page as it came. */
export interface PageResult extends NormalisedPage {
  /** Of the response; names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Where it came from, after redirects. Default: from where it was asked for. */
  readonly url?: string | undefined
}

/** What the run knows already, to notice a stream that leads back to it. */
export interface Seen {
  /** Those of the pages that are known. */
  pages(ids: readonly string[]): Promise<ReadonlySet<string>>
  /** Ids of other pages of the stream that had rows of this fingerprint: of the first two, at least. */
  rows(fingerprint: string): Promise<readonly string[]>
  /**
   * Whether it falls to this page to make known all up to the one of this id; not where another page does that is
   * being committed.
   */
  takesOn(id: string): boolean
}

export interface NextPages {
  /** Pages that this page made known; those already known are recognised by their id. */
  readonly pages: readonly PageRef[]
  /** Set when this page ends its stream's sequence. */
  readonly stop?: StopReason
  readonly notices?: readonly Notice[]
}

/** What a page adds to the request of its stream. */
export interface PageAddress {
  /** The whole URL, instead of the stream's. */
  readonly url?: string
  /** They replace what the stream has at their places. */
  readonly parameters?: readonly PageParameter[]
}

/** One way of paging: it keeps nothing, so that it can be asked again after a crash. */
export interface Pagination {
  first(): PageRef
  request(page: PageRef): PageAddress
  /**
   * @throws NextUrlError (rejects) when the source points to another origin, or to what cannot be read or
   * sent.
   */
  next(page: PageRef, result: PageResult, seen: Seen): Promise<NextPages>
}

/** A key that others do not allow as it is. */
export interface PagingProblem {
  readonly key: string
  readonly allowed: string
}

/** A way of paging. To add one: a file beside this, and a line in `kinds.ts`. */
export interface PaginationKind<O extends { readonly type: string }> {
  readonly type: O['type']
  /** How its next page is found: a line of the documentation's table. */
  readonly summary: string
  /** Its keys in a pipeline file, beside `type` and those of `PagingLimits`. */
  readonly schema: (parts: SchemaParts) => SchemaShape
  /** What of its keys does not fit together, and what the key may be; undefined where all do. */
  readonly check?: (options: O) => PagingProblem | undefined
  /**
   * What each page is asked for by, as its stream's requests refer to it (`pagination.offset`), and its value;
   * undefined where the page is asked for with none.
   */
  readonly told?: {
    readonly name: string
    readonly of: (page: Pick<PageRef, 'ordinal' | 'state'>) => string | number | undefined
  }
  /** What is read from each page for it. */
  readonly paths: (options: O) => PagingPaths
  readonly create: (stream: PagedStream, options: O & PagingLimits) => Pagination
}
