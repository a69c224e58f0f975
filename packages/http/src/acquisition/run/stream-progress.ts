import type { FetchedPage, Fetcher, StreamHealth } from '../fetch/index.js'
import type { Claim, Notice, PageCommit, PageRef, Partition, Run, StreamCursor } from '../ledger/index.js'
import type { Unplanned, UnreadableField } from '../records/index.js'
import type { Secrets } from '../secrets/index.js'
import type {
  InheritedValue,
  PartitionConfig,
  Seen,
  SinceConfig,
  StreamPages,
  UrlSecrets,
} from '../streams/index.js'
import { markOf, partitionsFor, portionOf } from '../streams/index.js'
import type { PartitionPlanner } from './partition-planner.js'

export interface StreamProgressParts {
  readonly name: string
  readonly run: Pick<Run, 'startedAt' | 'known' | 'served' | 'cursor' | 'addParents' | 'parents'>
  readonly fetcher: Fetcher
  readonly health: StreamHealth
  readonly pages: StreamPages
  readonly since?: SinceConfig | undefined
  /** Asks the stream's partition hook, where it has one. */
  readonly planner?: PartitionPlanner | undefined
  /** Streams that are taken for each of its records. */
  readonly children: readonly ChildStream[]
  /** Of the URL that the page asks, as it may be shown. */
  readonly pathOf: (page: PageRef) => string
  readonly urls: UrlSecrets
  readonly secrets: Secrets
}

/** A stream that is taken for each record of another. */
interface ChildStream {
  readonly name: string
  /** What the values of the records for it are called. */
  readonly key: string
  /** As which it has this stream for a parent, and its other parents. */
  readonly root: string
  readonly others: readonly string[]
  readonly partitions: readonly PartitionConfig[]
  /** What it refers to of the parts of this stream. */
  readonly inherited: readonly InheritedValue[]
  readonly pages: StreamPages
  readonly urls: UrlSecrets
  /** How far its parts have come is kept between runs. */
  readonly keepsState: boolean
}

/** So many pages that lead back are enough to know that the known ones will too. */
const MOST_LOOPS = 5

/** One stream on its way: how its pages are fetched, and what they bring. */
export class StreamProgress {
  readonly name: string
  readonly health: StreamHealth
  readonly #parts: StreamProgressParts
  readonly #pagesSeen: Seen['pages']
  /** Fingerprints of pages that are being committed, by id: the ledger does not know them yet. */
  readonly #arriving = new Map<string, string>()
  /** By such a page, the last one that it makes known. */
  readonly #comingUpTo = new Map<string, string>()
  #loops = 0
  #hasEnded = false

  constructor(parts: StreamProgressParts) {
    const { name, health, run, urls } = parts
    this.name = name
    this.health = health
    this.#parts = parts
    this.#pagesSeen = async ids => {
      const sealed = new Map(ids.map(id => [urls.sealId(id), id]))
      const known = await run.known([...sealed.keys()])
      return new Set([...known].map(id => sealed.get(id) ?? id))
    }
  }

  /** Nothing more is fetched of it in this run. */
  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** Of the URL that the page asks, as it may be shown. */
  pathOf(page: PageRef): string {
    return this.#parts.pathOf(this.#parts.urls.openPage(page))
  }

  /** Nothing departs once `stop` is aborted, and what is on its way ends with `cut`. */
  fetch(page: PageRef, stop: AbortSignal, cut: AbortSignal): Promise<FetchedPage> {
    const { planner, fetcher, urls } = this.#parts
    if (planner !== undefined && portionOf(page) !== undefined)
      return planner.portion(page, { signal: AbortSignal.any([cut, stop]) })
    return fetcher.fetch(urls.openPage(page), { signal: cut }, stop)
  }

  /**
   * All that the page brings, as it is stored; `settled` is due once it is.
   * @throws NextUrlError (rejects) when the source points elsewhere.
   */
  async commitOf(
    claim: Claim,
    { content, notices: told = [], headers, bytes, url }: FetchedPage,
  ): Promise<PageCommit> {
    const { pages, urls, secrets } = this.#parts
    const page = urls.openPage(claim.page)
    const own = pages.fingerprintOf(page, content.fingerprint)
    const next = await pages.next(page, { ...content, headers, url }, this.#seenBy(page, own))
    const notices = [
      ...(content.unreadable?.map(noticeOfField) ?? []),
      ...(content.notes ?? []),
      ...(content.unplanned?.map(noticeOfUnplanned) ?? []),
      ...this.#cursorNotices(content),
      ...(next.notices ?? []),
      ...told,
    ]
    return {
      claim,
      records: content.records,
      sums: content.sums,
      types: content.types,
      rejects: content.rejects.map(reject => ({
        ...reject,
        reason: secrets.redact(reject.reason),
        raw: secrets.redact(reject.raw),
      })),
      filtered: content.filtered,
      warnings: content.warnings,
      redactions: content.redactions,
      next: [...next.pages.map(one => urls.sealPage(one)), ...(await this.#childPages(content, page))],
      reportedTotal: content.paging.totalRecords,
      fingerprint: own,
      bytes,
      cursor: this.#cursorOf(page, content.highest),
      notices: notices.map(notice => ({ ...notice, message: secrets.redact(notice.message) })),
      stop: next.stop,
    }
  }

  #seenBy({ id }: PageRef, own: string): Seen {
    const earlier: string[] = []
    for (const [other, fingerprint] of this.#arriving) if (fingerprint === own) earlier.push(other)
    this.#arriving.set(id, own)
    return {
      pages: this.#pagesSeen,
      rows: async fingerprint => {
        const served = await this.#parts.run.served(this.name, fingerprint)
        return earlier.length === 0 ? served : [...new Set([...served, ...earlier])]
      },
      takesOn: last => {
        for (const taken of this.#comingUpTo.values()) if (taken === last) return false
        this.#comingUpTo.set(id, last)
        return true
      },
    }
  }

  /** Where the children of the page's records begin; those that are known already are recognised by their id. */
  async #childPages(
    { children = {} }: FetchedPage['content'],
    { partition = {} }: PageRef,
  ): Promise<PageRef[]> {
    if (this.#parts.children.length === 0) return []
    const begun = await Promise.all(
      this.#parts.children.map(child =>
        this.#begin(child, withInheritedValues(children[child.key] ?? [], child.inherited, partition)),
      ),
    )
    return begun.flat()
  }

  /**
   * Of several parents, the values of one are kept before those of the others are looked up: whichever page comes
   * last finds all that go with its own.
   */
  async #begin(child: ChildStream, values: readonly Partition[]): Promise<PageRef[]> {
    if (values.length === 0) return []
    const { name, root, others, partitions, pages, urls, keepsState } = child
    const { run } = this.#parts
    const parents = new Map([[root, values]])
    if (others.length > 0) await run.addParents(name, root, values)
    for (const other of others) parents.set(other, await run.parents(name, other))
    const begin = async (partition: Partition): Promise<PageRef[]> => {
      const state = keepsState ? await run.cursor(name, pages.keyOf(partition)) : undefined
      return pages.isUnchanged(partition, state) ? [] : [urls.sealPage(pages.first(partition, state))]
    }
    return (await Promise.all(Array.from(partitionsFor(partitions, parents, run.startedAt), begin))).flat()
  }

  #cursorNotices({ cursorsUnread: count, highest }: FetchedPage['content']): Notice[] {
    const { pages, since } = this.#parts
    if (since === undefined) return []
    const { field } = since
    const unread = `${field} could not be read in records, which are taken all the same`
    const ahead = `${field} is ${highest}, which lies ahead: the next run begins where this one did`
    return [
      ...(count === undefined ? [] : [{ code: 'CURSOR_UNREADABLE', about: field, message: unread, count }]),
      ...(highest === undefined || pages.kept(highest) === highest
        ? []
        : [{ code: 'CURSOR_AHEAD', about: field, message: ahead }]),
    ]
  }

  #cursorOf({ partition }: PageRef, highest: string | undefined): StreamCursor | undefined {
    const { pages, since } = this.#parts
    const mark = markOf(partition)
    if (since === undefined) return mark === undefined ? undefined : { mark }
    return { field: since.field, type: since.type, value: highest && pages.kept(highest), mark }
  }

  /** The page is in the ledger, or will not be. */
  settled({ page }: Claim): void {
    this.#arriving.delete(page.id)
    this.#comingUpTo.delete(page.id)
  }

  /** To be asked after each page that led back: whether it was one too many. */
  isLost(): boolean {
    this.#loops += 1
    return this.#loops >= MOST_LOOPS && !this.#hasEnded
  }

  /** The stream is given up: its open pages are left to the next run. */
  end(): void {
    this.#hasEnded = true
  }
}

/** The values of a child's parts with those of this page's own; none where one is missing that requests need. */
function withInheritedValues(
  values: readonly Partition[],
  inherited: readonly InheritedValue[],
  partition: Partition,
): readonly Partition[] {
  if (inherited.length === 0) return values
  const own = inherited.map(({ name, isNeeded }) => ({ name, isNeeded, json: partition[name] ?? 'null' }))
  if (own.some(({ isNeeded, json }) => isNeeded && json === 'null')) return []
  const known = Object.fromEntries(own.map(({ name, json }) => [name, json]))
  return values.map(one => ({ ...known, ...one }))
}

function noticeOfField({ field, count, reason }: UnreadableField): Notice {
  const message = `${field} could not be read and became null: ${reason}`
  return { code: 'UNREADABLE_FIELD', about: field, message, count }
}

function noticeOfUnplanned({ stream, reference, count }: Unplanned): Notice {
  const message = `${count === 1 ? 'a record has' : `${count} records have`} no {${reference}}, and so no ${stream}`
  return { code: 'UNPLANNED', about: `${stream} {${reference}}`, message, count }
}
