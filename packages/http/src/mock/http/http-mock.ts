import type { IncomingMessage, ServerResponse } from 'node:http'
import { checkOptions, seededRandom } from 'async-patterns'
import type { Random } from 'async-patterns'
import { answer } from '../answer.js'
import type { Behaviour } from '../behaviour.js'
import { oneToFive } from '../behaviour-plan.js'
import type { Controls } from '../controls.js'
import { MockServer } from '../mock-server.js'
import { jsonReply, statusReply } from '../reply.js'
import { queryDuration, queryNumber, ROUTES } from './routes.js'
import type { Answer, Call, Route } from './routes.js'
import { Stats } from './stats.js'
import type { HttpMockStats } from './stats.js'
import { TimingLog } from './timing-log.js'
import type { HttpMockRequests } from './timing-log.js'

/** Where an HttpMock listens, and how it behaves. */
export interface HttpMockOptions {
  /** 0 takes a free one. Default 0. */
  readonly port?: number
  /** Default `127.0.0.1`. */
  readonly host?: string
  /** Chances, jitter and latencies follow from it, in the order of arrival. Default 1. */
  readonly seed?: number
  /** Default: 5 ms latency and nothing goes wrong. */
  readonly behaviour?: Behaviour
}

/**
 * A server to measure clients with. Routes: `/`, `/get` (echo), `/status/{code}`, `/delay/{seconds}`,
 * `/429?after=n`, `/500`, `/bytes/{n}`, `/reset`, `/hang`, `/slow?bps=`, `/truncate`, `/garbage`,
 * `/stall?for=1s&after=0s`. Free of latency and faults, and not counted: `/health`, `GET` and `DELETE
 * /__stats`, `GET`, `PUT` and `DELETE /__requests`, `GET` and `PUT /__behaviour`.
 */
export class HttpMock extends MockServer {
  protected override readonly controls: Controls = {
    'GET /__stats': () => this.stats,
    'DELETE /__stats': () => this.clearStats(),
    'GET /__requests': () => this.requests,
    'PUT /__requests': () => this.logRequests(),
    'DELETE /__requests': () => this.forgetRequests(),
  }
  readonly #routes: ReadonlyMap<string, Route> = new Map(
    Object.entries({
      ...ROUTES,
      '/429': (call: Call) => this.#throttle(call),
      '/stall': (call: Call) => this.#stall(call),
    }),
  )
  #random: Random
  #stats = new Stats()
  #throttled = 0
  /** Only when asked for: it grows with every request. */
  #log: TimingLog | undefined = undefined

  constructor(options: HttpMockOptions = {}) {
    checkOptions('HttpMock', options, ['port', 'host', 'seed', 'behaviour'])
    const { seed = 1, behaviour = {} } = options
    super(behaviour, seed)
    this.#random = seededRandom(seed)
  }

  get stats(): HttpMockStats {
    return this.#stats.toJSON()
  }

  /** Counts start over; what is in flight is counted nowhere. Returns the new counts. */
  clearStats(): HttpMockStats {
    this.#stats = new Stats()
    return this.stats
  }

  /** When each request since `logRequests` came and was answered; nothing before it. */
  get requests(): HttpMockRequests {
    return this.#log?.toJSON() ?? { connections: [], requests: [] }
  }

  /** From now on each request is logged, until `forgetRequests`: in memory, and without a limit. */
  logRequests(): HttpMockRequests {
    this.#log = new TimingLog()
    return this.requests
  }

  /** Nothing is logged any more. */
  forgetRequests(): HttpMockRequests {
    this.#log = undefined
    return this.requests
  }

  override setBehaviour(behaviour: Behaviour): Behaviour {
    const complete = super.setBehaviour(behaviour)
    this.#random = seededRandom(this.seed)
    this.#throttled = 0
    return complete
  }

  protected override handle(request: IncomingMessage, response: ServerResponse): void {
    const arrivedAt = performance.now()
    const logged = this.#log?.arrived(request.socket, arrivedAt)
    const stats = this.#stats
    stats.arrived()
    const { name, rest, query } = takeApart(request.url ?? '/')
    const route = this.#routes.get(name)
    const { reply, fault, latencyMs } = answerOf(route, { request, rest, query })
    const decision = this.plan.decide(arrivedAt, undefined, latencyMs)
    const met =
      fault === undefined || decision.fault !== undefined ? decision : { delayMs: decision.delayMs, fault }
    const answered = (status: number): void => {
      const done = (): void => {
        stats.answered(route === undefined ? 'other' : name, status, performance.now() - arrivedAt)
        if (status === 0) logged?.notAnswered()
      }
      // What is sent in slices is answered with its last one.
      if (met.fault?.kind === 'slow' && status !== 0) response.once('close', done)
      else done()
    }
    answer(this.delays, {
      response,
      reply,
      decision: met,
      answering: logged?.answering,
      answered,
    })
  }

  #throttle({ query }: Call): Answer {
    if (++this.#throttled <= queryNumber(query, 'after', 0, 0)) {
      return { reply: jsonReply(200, { status: 'ok' }) }
    }
    return { reply: statusReply(429, undefined, ['Retry-After', String(oneToFive(this.#random))]) }
  }

  #stall({ query }: Call): Answer {
    const fromMs = queryDuration(query, 'after', 0)
    const untilMs = fromMs + queryDuration(query, 'for', 1000)
    this.plan.stall(performance.now(), { fromMs, untilMs })
    // Due before its own window begins, so that it does not hold itself.
    return { reply: jsonReply(200, { stall: { fromMs, untilMs } }), latencyMs: 0 }
  }
}

/**
 * Starts one in this process; `spawnMock('http')` starts it in its own, as anything that is measured should
 * be.
 */
export async function startHttpMock(options: HttpMockOptions = {}): Promise<HttpMock> {
  const mock = new HttpMock(options)
  await mock.listen(options.port ?? 0, options.host ?? '127.0.0.1')
  return mock
}

/** `/status/404?x=1` is the route `/status`, the rest `404` and the query `x=1`. */
function takeApart(url: string): { name: string; rest: string; query: string } {
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  const slash = path.indexOf('/', 1)
  return {
    name: slash < 0 ? path : path.slice(0, slash),
    rest: slash < 0 ? '' : path.slice(slash + 1),
    query: mark < 0 ? '' : url.slice(mark + 1),
  }
}

function answerOf(route: Route | undefined, call: Call): Answer {
  if (route === undefined) return { reply: statusReply(404) }
  try {
    return route(call)
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError)
      return { reply: statusReply(400, error.message) }
    throw error
  }
}
