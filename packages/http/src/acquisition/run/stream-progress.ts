import type { SourceConfig } from '../streams/config.js'
import type { FetchedPage, Fetcher } from '../fetch/fetcher.js'
import type { KnownPage } from '../ledger/ledger.js'
import type { Claim, PageCommit, PageRef } from '../ledger/page.js'
import type { Pagination } from '../streams/pagination/pagination.js'
import { paginationOf } from '../streams/pagination/pagination-of.js'
import type { Secrets } from '../secrets/secrets.js'
import type { SourceHealth } from '../fetch/source-health.js'
import { SourceUrlSecrets } from '../streams/requests/url-secrets.js'

export interface SourceTrackParts {
  readonly fetcher: Fetcher
  readonly health: SourceHealth
  readonly secrets: Secrets
}

/** One source on its way: what is known of its pages, and what is still open. */
export class SourceTrack {
  readonly name: string
  readonly health: SourceHealth
  readonly #fetcher: Fetcher
  readonly #pagination: Pagination
  readonly #secrets: Secrets
  readonly #urls: SourceUrlSecrets
  readonly #known = new Set<string>()
  readonly #rows = new Set<string>()
  readonly #open = new Set<string>()
  #hasEnded = false

  constructor(source: SourceConfig, { fetcher, health, secrets }: SourceTrackParts) {
    this.name = source.name
    this.health = health
    this.#fetcher = fetcher
    this.#pagination = paginationOf(source)
    this.#secrets = secrets
    this.#urls = new SourceUrlSecrets(source, secrets)
  }

  /** Pages that are known and neither done nor failed. */
  get openPages(): number {
    return this.#open.size
  }

  /** Nothing more is fetched of it in this run. */
  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** What the ledger knows from before. */
  remember({ id, fingerprint }: KnownPage): void {
    this.#known.add(id)
    if (fingerprint !== null) this.#rows.add(fingerprint)
  }

  /** A page is to be fetched. */
  expect(page: PageRef): void {
    this.#known.add(page.id)
    if (!this.#hasEnded) this.#open.add(page.id)
  }

  fetch(page: PageRef, signal: AbortSignal): Promise<FetchedPage> {
    return this.#fetcher.fetch({ ...page, url: this.#urls.open(page.url) }, { signal })
  }

  /** All that the page brings, as it is stored. @throws NextUrlError when the source points elsewhere. */
  commitOf(claim: Claim, { content, bytes }: FetchedPage): PageCommit {
    const { pages, stop } = this.#pagination.next(
      { ...claim.page, url: this.#urls.open(claim.page.url) },
      content,
      id => this.#known.has(this.#urls.sealId(id)),
      fingerprint => this.#rows.has(fingerprint),
    )
    return {
      claim,
      records: content.records,
      rejects: content.rejects.map(reject => ({
        ...reject,
        reason: this.#secrets.redact(reject.reason),
        raw: this.#secrets.redact(reject.raw),
      })),
      warnings: content.warnings,
      redactions: content.redactions,
      next: pages.map(page => this.#urls.sealPage(page)),
      reportedTotal: content.paging.totalRecords,
      fingerprint: content.fingerprint,
      bytes,
      stop,
    }
  }

  /** The page is in the ledger; those that it made known are open now. */
  committed({ claim, next, fingerprint }: PageCommit): void {
    this.#open.delete(claim.page.id)
    if (fingerprint !== undefined) this.#rows.add(fingerprint)
    for (const page of next) this.expect(page)
  }

  /** The page is failed, or another's. */
  close(pageId: string): void {
    this.#open.delete(pageId)
  }

  /** The source is given up: its open pages are left to the next run. */
  end(): void {
    this.#hasEnded = true
    this.#open.clear()
  }
}
