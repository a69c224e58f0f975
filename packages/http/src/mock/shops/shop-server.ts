import type { IncomingMessage, ServerResponse } from 'node:http'
import { answer } from '../answer.js'
import type { Behaviour } from '../behaviour.js'
import type { Decision } from '../behaviour-plan.js'
import type { Controls } from '../controls.js'
import { MockServer } from '../mock-server.js'
import { jsonReply, statusReply } from '../reply.js'
import type { Reply } from '../reply.js'
import { epochOf, RequestLog } from '../request-log.js'
import type { LoggedRequest } from '../request-log.js'
import { makeListing } from './listing.js'
import type { Listing, ShopFacts } from './listing.js'
import type { Shop, ShopName, Slice } from './shop.js'

export interface ShopServerOptions {
  readonly seed: number
  readonly pages: number
  readonly behaviour: Behaviour
}

/**
 * One shop on one port. Beside its API: `GET /health`, `GET` and `DELETE /__requests`, `GET /__facts`,
 * `GET` and `PUT /__behaviour`. All but the API itself is free of latency and faults, and not logged.
 */
export class ShopServer extends MockServer {
  readonly name: ShopName
  protected override readonly controls: Controls = {
    'GET /__requests': () => ({ requests: this.requests, dropped: this.#log.dropped }),
    'DELETE /__requests': () => {
      this.clearRequests()
      return { requests: [] }
    },
    'GET /__facts': () => this.facts,
  }
  readonly #shop: Shop
  readonly #listing: Listing
  readonly #log = new RequestLog()

  constructor(shop: Shop, { seed, pages, behaviour }: ShopServerOptions) {
    super(behaviour, seed)
    this.name = shop.name
    this.#shop = shop
    this.#listing = makeListing(shop, seed, pages)
  }

  /** Where the products are. */
  get apiUrl(): string {
    return this.url + this.#shop.path
  }

  get facts(): ShopFacts {
    return this.#listing.facts
  }

  /** Every request to the API since the start or the last `clearRequests`, in the order of arrival. */
  get requests(): LoggedRequest[] {
    return this.#log.entries
  }

  /** The log starts over. */
  clearRequests(): void {
    this.#log.clear()
  }

  protected override handle(request: IncomingMessage, response: ServerResponse): void {
    const at = performance.now()
    const { slice, reply } = this.#reply(request)
    const page = slice === undefined ? undefined : Math.floor(slice.offset / slice.limit) + 1
    const decision = this.plan.decide(at, page)
    const entry = logEntry(request, at, page, decision)
    this.#log.add(entry)
    const answered = (status: number): void => {
      entry.status = status
    }
    answer(this.delays, { response, reply, decision, answered })
  }

  #reply(request: IncomingMessage): { slice?: Slice; reply: Reply } {
    const origin = `http://${request.headers.host ?? 'localhost'}`
    const [path, query] = (request.url ?? '').split('?', 2)
    if (path !== this.#shop.path) return { reply: statusReply(404) }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return { reply: statusReply(405, undefined, ['Allow', 'GET, HEAD']) }
    }
    return this.#page(new URLSearchParams(query), origin)
  }

  #page(query: URLSearchParams, origin: string): { slice?: Slice; reply: Reply } {
    try {
      const slice = this.#shop.slice(query)
      const { records } = this.#listing
      const shown = records.slice(slice.offset, slice.offset + slice.limit)
      return {
        slice,
        reply: jsonReply(200, this.#shop.page({ ...slice, records: shown, total: records.length, origin })),
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      return { reply: statusReply(400, error.message) }
    }
  }
}

function logEntry(
  request: IncomingMessage,
  at: number,
  page: number | undefined,
  decision: Decision,
): LoggedRequest {
  const { method = '', url = '' } = request
  return { at: epochOf(at), method, url, page: page ?? null, status: 0, fault: decision.fault?.kind ?? null }
}
