import type { IncomingMessage, ServerResponse } from 'node:http'
import { answer } from '../answer.js'
import type { Behaviour } from '../behaviour.js'
import { BehaviourPlan, type Fate } from '../behaviour-plan.js'
import { DelayLine } from '../delay-line.js'
import { MockServer } from '../mock-server.js'
import { jsonReply, type Reply, statusReply } from '../reply.js'
import { epochNow, type LoggedRequest, RequestLog } from '../request-log.js'
import { type Listing, makeListing, type ShopFacts } from './listing.js'
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
export class ShopServer implements AsyncDisposable {
  readonly name: ShopName
  readonly #shop: Shop
  readonly #seed: number
  readonly #listing: Listing
  readonly #log = new RequestLog()
  readonly #delays = new DelayLine()
  readonly #server: MockServer
  #plan: BehaviourPlan

  constructor(shop: Shop, { seed, pages, behaviour }: ShopServerOptions) {
    this.name = shop.name
    this.#shop = shop
    this.#seed = seed
    this.#listing = makeListing(shop, seed, pages)
    this.#plan = new BehaviourPlan(behaviour, seed, epochNow())
    this.#server = new MockServer((request, response) => this.#handle(request, response), {
      'GET /__requests': () => ({ requests: this.requests, dropped: this.#log.dropped }),
      'DELETE /__requests': () => {
        this.clearRequests()
        return { requests: [] }
      },
      'GET /__facts': () => this.facts,
      'GET /__behaviour': () => this.#plan.behaviour,
      'PUT /__behaviour': body => this.setBehaviour(body as Behaviour),
    })
  }

  /** `http://host:port`; the API is at `apiUrl`. */
  get url(): string {
    return this.#server.url
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

  clearRequests(): void {
    this.#log.clear()
  }

  /** Replaces the whole behaviour; counts, times and chances begin anew. Returns it with its defaults. */
  setBehaviour(behaviour: Behaviour): Behaviour {
    this.#plan = new BehaviourPlan(behaviour, this.#seed, epochNow())
    return this.#plan.behaviour
  }

  listen(port: number, host: string): Promise<void> {
    return this.#server.listen(port, host)
  }

  close(): Promise<void> {
    this.#delays.clear()
    return this.#server.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const at = epochNow()
    const { slice, reply } = this.#reply(request)
    const page = slice === undefined ? undefined : Math.floor(slice.offset / slice.limit) + 1
    const fate = this.#plan.decide(at, page)
    const entry = logEntry(request, at, page, fate)
    this.#log.add(entry)
    const answered = (status: number): void => {
      entry.status = status
    }
    answer(this.#delays, { response, reply, fate, answered })
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

function logEntry(request: IncomingMessage, at: number, page: number | undefined, fate: Fate): LoggedRequest {
  const { method = '', url = '' } = request
  return { at, method, url, page: page ?? null, status: 0, fault: fate.fault?.kind ?? null }
}
