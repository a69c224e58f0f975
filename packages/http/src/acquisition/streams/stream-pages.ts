import type { PageRequest } from '../fetch/index.js'
import type { PageRef, PageState, PageWindow, Partition } from '../ledger/index.js'
import { MARK } from '../records/index.js'
import type { Scope } from '../references/index.js'
import { paginationOf, toldScope } from './pagination/kinds.js'
import type { NextPages, PageResult, Pagination, Seen } from './pagination/pagination.js'
import { partitionPage, portionOf } from './partitions/partition-pages.js'
import { partitionKey, rankOf, windowKey } from './partitions/partition-key.js'
import type { ComputeScope } from './requests/computed-scope.js'
import type { BoundStream, StreamTemplate } from './requests/bound-stream.js'
import { withParameters } from './requests/bound-stream.js'
import { requestOf } from './requests/stream-requests.js'
import { SinceWindows } from './since/since-windows.js'
import type { StreamConfig } from './stream-config.js'
import { requestTemplate, sentReferences } from './stream-references.js'

/** What is the same for all pages of a run. */
export interface RunFacts {
  readonly id: string
  /** Epoch milliseconds of its first start. */
  readonly startedAt: number
}

/** A stream with the values of one partition and window. */
interface BoundPages {
  readonly stream: BoundStream
  /** The same with what is computed, once it is. */
  computed?: BoundStream
  readonly pagination: Pagination
}

/** Sequences that are kept at hand: pages of one follow each other. */
const MOST_BOUND = 100

/**
 * The pages of a stream: of each of its partitions and windows a sequence of its own, whose requests are made
 * of their values. Ids are those of the way of paging, behind partition and window:
 * `acme.tasks:project.id=17;page=2`.
 */
export class StreamPages {
  readonly #config: StreamConfig
  readonly #template: StreamTemplate
  readonly #names: ReadonlySet<string>
  /** Whether its requests refer to what each page is asked for by. */
  readonly #tellsPage: boolean
  readonly #facts: Scope
  readonly #compute: ComputeScope | undefined
  readonly #since: SinceWindows | undefined
  readonly #bound = new Map<string, BoundPages>()

  constructor(config: StreamConfig, { id, startedAt }: RunFacts, compute?: ComputeScope) {
    this.#compute = compute
    this.#config = config
    this.#template = requestTemplate(config)
    const sent = sentReferences(config)
    this.#tellsPage = sent.some(({ root }) => root === 'pagination')
    this.#names = new Set(sent.map(({ name }) => name))
    this.#since = config.since && new SinceWindows(config.since, startedAt)
    this.#facts = { run: JSON.stringify(id), now: JSON.stringify(new Date(startedAt).toISOString()) }
  }

  /** Where a partition begins; `state`: what is kept of how far earlier runs have come with it. */
  first(partition: Partition = {}, state?: PageState): PageRef {
    const { since } = this.#config
    const known = state?.['field'] === since?.field ? state : undefined
    const window = this.#since?.first(known, this.#sendsUntil)
    return this.#firstOf({ partition: isEmpty(partition) ? undefined : partition, window })
  }

  #firstOf(place: Place): PageRef {
    return this.#outer(this.#boundFor(place).pagination.first(), place)
  }

  /** Whether all is taken already of what a partition was begun for. */
  isUnchanged(partition: Partition, state: PageState | undefined): boolean {
    const mark = markOf(partition)
    return mark !== undefined && state?.['mark'] === mark
  }

  get #sendsUntil(): boolean {
    return this.#config.since?.untilParam !== undefined || this.#names.has('until')
  }

  /** A value that is kept for later runs: nothing that lies ahead of this one, which would hide what comes. */
  kept(value: string): string {
    return this.#since?.clamped(value) ?? value
  }

  /** What the state of a partition is kept under. */
  keyOf(partition: Partition = {}): string {
    return partitionKey(partition, this.#names)
  }

  /**
   * Rejects with ReferenceValueError for a value that must not stand where it is put, and with PageInvalidError for
   * one that cannot be computed.
   */
  async request(page: PageRef): Promise<PageRequest> {
    const bound = this.#boundFor(page)
    if (this.#compute === undefined) return requestOf(this.#streamOf(page, bound), bound.pagination, page)
    const computed = (!this.#tellsPage && bound.computed) || (await this.#computedFor(page))
    bound.computed = computed
    return requestOf(computed, bound.pagination, page)
  }

  /** The page's URL as it is told: without what is computed. */
  url(page: PageRef): string {
    if (portionOf(page) !== undefined) return this.#config.baseUrl
    const bound = this.#boundFor(page)
    return requestOf(this.#streamOf(page, bound), bound.pagination, page).url
  }

  #streamOf(page: PageRef, { stream }: BoundPages): BoundStream {
    return this.#tellsPage ? this.#streamWith(this.#pageScope(page), page) : stream
  }

  #pageScope(page: PageRef): Scope {
    return { ...this.#scopeOf(page), ...toldScope(this.#config.pagination, page) }
  }

  /** Of the page's rows: those of other partitions may be the same. */
  fingerprintOf(page: PageRef, fingerprint: string): string {
    const prefix = this.#prefixOf(page)
    return prefix === '' ? fingerprint : `${fingerprint} ${prefix}`
  }

  /** @throws NextUrlError (rejects) when the source points elsewhere. */
  async next(page: PageRef, result: PageResult, seen: Seen): Promise<NextPages> {
    const portion = portionOf(page)
    if (portion !== undefined) {
      const isLast = result.paging.hasMore !== true
      return { pages: isLast ? [] : [partitionPage(page.stream, portion + 1)] }
    }
    const prefix = this.#prefixOf(page)
    const { pagination } = this.#boundFor(page)
    const next = await pagination.next(this.#inner(page, prefix), result, this.#innerSeen(seen, page, prefix))
    const { stop, ...rest }: NextPages = this.#reachesKnown(result)
      ? { ...next, pages: [], stop: 'end' }
      : next
    const pages = rest.pages.map(one => this.#outer(one, page))
    const window = stop === 'end' || stop === 'empty' ? this.#windowBehind(page) : undefined
    if (window === undefined) return { ...rest, pages, ...(stop !== undefined && { stop }) }
    return { ...rest, pages: [this.#firstOf({ partition: page.partition, window })] }
  }

  /** Of the newest first: what follows is known. */
  #reachesKnown({ reachedKnown }: PageResult): boolean {
    return reachedKnown === true && this.#config.since?.order === 'descending'
  }

  #windowBehind({ window }: PageRef): PageWindow | undefined {
    return window && this.#since?.after(window)
  }

  #boundFor(place: Place): BoundPages {
    const prefix = this.#prefixOf(place)
    let bound = this.#bound.get(prefix)
    if (bound === undefined) {
      const stream = this.#streamWith(this.#scopeOf(place), place)
      bound = { stream, pagination: paginationOf({ ...this.#config, ...stream }) }
      const [oldest] = this.#bound.keys()
      if (this.#bound.size >= MOST_BOUND && oldest !== undefined) this.#bound.delete(oldest)
      this.#bound.set(prefix, bound)
    }
    return bound
  }

  #scopeOf({ partition, window }: Place): Scope {
    return { ...partition, ...this.#facts, ...this.#since?.scopeOf(window) }
  }

  #streamWith(scope: Scope, { window }: Place): BoundStream {
    return withParameters(this.#template.bind(scope), this.#since?.parametersOf(window) ?? [])
  }

  async #computedFor(page: PageRef): Promise<BoundStream> {
    const scope = this.#pageScope(page)
    return this.#streamWith((await this.#compute?.(scope)) ?? scope, page)
  }

  #prefixOf({ partition, window }: Place): string {
    if (partition === undefined && window === undefined) return ''
    const keys = [this.keyOf(partition), window === undefined ? '' : windowKey(window)]
    return keys.map(key => (key === '' ? '' : `${key};`)).join('')
  }

  /** As its way of paging knows the page. */
  #inner(page: PageRef, prefix: string): PageRef {
    return prefix === '' ? page : { ...page, id: withoutPrefix(page.id, page.stream, prefix) }
  }

  #outer(page: PageRef, { partition, window }: Place): PageRef {
    const prefix = this.#prefixOf({ partition, window })
    const keepsState = this.#since !== undefined || markOf(partition) !== undefined
    const part = keepsState ? { part: this.keyOf(partition) } : {}
    if (prefix === '') return { ...page, ...part }
    const id = withPrefix(page.id, page.stream, prefix)
    return {
      ...page,
      id,
      rank: rankOf(this.keyOf(partition), prefix),
      ...(partition !== undefined && { partition }),
      ...(window !== undefined && { window }),
      ...part,
    }
  }

  #innerSeen(seen: Seen, page: PageRef, prefix: string): Seen {
    const { stream } = page
    if (prefix === '') return seen
    return {
      pages: async ids => {
        const outer = new Map(ids.map(id => [withPrefix(id, stream, prefix), id]))
        const known = await seen.pages([...outer.keys()])
        return new Set(Array.from(known, id => outer.get(id) ?? id))
      },
      rows: async fingerprint => {
        const ids = await seen.rows(this.fingerprintOf(page, fingerprint))
        return ids.map(id => withoutPrefix(id, stream, prefix))
      },
      takesOn: id => seen.takesOn(withPrefix(id, stream, prefix)),
    }
  }
}

type Place = Pick<PageRef, 'partition' | 'window'>

/** Of the parent's record, as a text; of one among several it is not told. */
export function markOf(partition: Partition | undefined): string | undefined {
  const mark = partition?.[MARK]
  return mark === undefined ? undefined : (JSON.parse(mark) as string)
}

function isEmpty(partition: Partition): boolean {
  return Object.keys(partition).length === 0
}

function withPrefix(id: string, stream: string, prefix: string): string {
  return `${stream}:${prefix}${id.slice(stream.length + 1)}`
}

function withoutPrefix(id: string, stream: string, prefix: string): string {
  const whole = `${stream}:${prefix}`
  return id.startsWith(whole) ? `${stream}:${id.slice(whole.length)}` : id
}
