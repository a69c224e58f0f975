import { pageReader } from '../../../../src/acquisition/records/normalise-page.js'
import { usablePage } from '../../../../src/acquisition/records/normalised-page.js'
import { paginationOf } from '../../../../src/acquisition/streams/pagination/kinds.js'
import type { Seen } from '../../../../src/acquisition/streams/pagination/pagination.js'
import { readingInstructionsOf } from '../../../../src/acquisition/streams/reading-instructions.js'
import type { ParamPlace } from '../../../../src/acquisition/streams/requests/param-place.js'
import { addressOf } from '../../../../src/acquisition/streams/requests/param-place.js'
import { StreamPages } from '../../../../src/acquisition/streams/stream-pages.js'
import type { PlainStream, Walk } from './paging-run.js'

/** A request as a server gets it. */
export interface Asked {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** By their paths in the body. */
  readonly body: Readonly<Record<string, string | number>>
}

/** What it answers. */
export interface Answer {
  readonly headers?: Readonly<Record<string, string>>
  /** The JSON text of the page. */
  readonly text: string
}

/** What a request carries at a place. A path's value stands behind its last slash. */
export function askedAt({ url, headers, body }: Asked, place: ParamPlace): string | undefined {
  if (typeof place === 'string') return url.searchParams.get(place) ?? undefined
  if ('query' in place) return url.searchParams.get(place.query) ?? undefined
  if ('header' in place) return headers[place.header]
  if ('body' in place) return body[place.body] === undefined ? undefined : String(body[place.body])
  const [before = ''] = place.path.split('{}')
  const at = url.pathname.indexOf(before)
  return at < 0 ? undefined : decodeURIComponent(url.pathname.slice(at + before.length).split('/')[0] ?? '')
}

/** Follows a stream to its end, by what its pages hold: they are read as a worker thread reads them. */
export async function readWalk(
  stream: PlainStream,
  serve: (asked: Asked) => Answer,
  limit = 500,
): Promise<Walk> {
  const pagination = paginationOf(stream)
  const read = pageReader(readingInstructionsOf(stream))
  const queue = [pagination.first()]
  const known = new Set(queue.map(({ id }) => id))
  const fingerprints = new Map<string, string[]>()
  const seen: Seen = {
    pages: async ids => new Set(ids.filter(id => known.has(id))),
    rows: async fingerprint => fingerprints.get(fingerprint) ?? [],
    takesOn: () => true,
  }
  const walked = { ids: [], rows: [], stops: [], notices: [] } as {
    -readonly [K in keyof Walk]: Walk[K][number][]
  }
  for (let page = queue.shift(); page !== undefined; page = queue.shift()) {
    if (walked.ids.length >= limit) throw new Error(`no end after ${limit} pages`)
    const { url, headers = {} } = await new StreamPages(stream, { id: 'run', startedAt: 0 }).request(page)
    const { bodyValues } = addressOf(pagination.request(page).parameters ?? [])
    const answer = serve({ url: new URL(url), headers, body: bodyValues })
    const content = usablePage(read(Buffer.from(answer.text), answer.headers ?? {}))
    walked.ids.push(page.id)
    walked.rows.push(...content.records.map(({ id }) => id))
    const next = await pagination.next(page, { ...content, headers: answer.headers ?? {}, url }, seen)
    fingerprints.set(content.fingerprint, [...(fingerprints.get(content.fingerprint) ?? []), page.id])
    walked.notices.push(...(next.notices ?? []))
    if (next.stop !== undefined) walked.stops.push(next.stop)
    queue.push(...next.pages.filter(({ id }) => !known.has(id)))
    for (const { id } of next.pages) known.add(id)
  }
  return walked
}
