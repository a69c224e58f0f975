import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { checkCount, checkOptions } from 'async-patterns'
import type { PipelineConfig, ResponseRule } from '../../acquisition/index.js'
import { answer } from '../answer.js'
import type { Behaviour } from '../behaviour.js'
import type { Decision } from '../behaviour-plan.js'
import type { Controls } from '../controls.js'
import { MockServer } from '../mock-server.js'
import type { Reply } from '../reply.js'
import { statusReply } from '../reply.js'
import { epochOf, RequestLog } from '../request-log.js'
import type { LoggedRequest } from '../request-log.js'
import type { AskedRequest } from './asked-request.js'
import { Mismatch } from './asked-request.js'
import { hashOf } from './chance.js'
import { PAGE_PARAMETER } from './paging-request.js'
import { plainPaging } from './plain-paging.js'
import { pointedAt, sourceUrls } from './pointed-config.js'
import { limitReply } from './reset-reply.js'
import { allRows } from './rows-of-stream.js'
import type { StreamRows } from './rows-of-stream.js'
import { SourceApi } from './source-api.js'
import type { SourceAnswer } from './source-api.js'
import { StreamApi } from './stream-api.js'
import { eachesOf } from './stream-needs.js'
import { truthOf } from './truth.js'
import type { Truth } from './truth.js'
import { unchecked, untoldOf, untoldText } from './untold.js'
import type { Untold } from './untold.js'

/** What the mock of an API serves, and how it behaves. */
export interface ApiMockOptions {
  /** The pipeline whose sources are mocked. */
  readonly config: PipelineConfig
  /** 0 takes a free one. Default 0. */
  readonly port?: number
  /** Default `127.0.0.1`. */
  readonly host?: string
  /** Records, faults and jitter follow from it. Default 1. */
  readonly seed?: number
  /**
   * Records of each part of a stream, 0 to 100,000; of a child's part at most so many. Default: two pages and a
   * half, at least 25 and at most 250; of a child's up to 5.
   */
  readonly records?: number
  /** Default: 5 ms latency and nothing goes wrong. */
  readonly behaviour?: Behaviour
  /** Bodies are gzip. Default false. */
  readonly gzip?: boolean
  /** The last page, too, has a cursor or a next link; behind it lies an empty one. Default false. */
  readonly lastHasCursor?: boolean
  /** What equals the beginning that `since` sends is left out. Default false. */
  readonly leavesOutEqual?: boolean
  /** A request for more time than so many milliseconds is refused. Default: none is. */
  readonly maxWindowMs?: number
  /** How long a token lives, in milliseconds. Default one hour. */
  readonly tokenLifeMs?: number
  /** A refresh token is refused once its successor has been used. Default false. */
  readonly singleUseTokens?: boolean
}

/** One request as the mock saw it. */
export interface ApiRequest extends LoggedRequest {
  /** Full name of the stream; null for tokens, logins and what is none. */
  readonly stream: string | null
  /** What of it is otherwise than the pipeline declares, or null. */
  readonly problem: string | null
}

const OPTIONS = [
  'config',
  'port',
  'host',
  'seed',
  'records',
  'behaviour',
  'gzip',
  'lastHasCursor',
  'leavesOutEqual',
  'maxWindowMs',
  'tokenLifeMs',
  'singleUseTokens',
]

const HOUR_MS = 3_600_000

/**
 * Serves what a pipeline declares: records, pages, tokens and filters, each source below `/NAME`. A request that
 * the pipeline does not declare is answered 4xx and told of as a problem. Beside the API, free of latency and
 * faults: `GET /__truth`, `GET` and `DELETE /__requests`, `POST /__change` (records are changed and new ones
 * come), `POST /__revoke` (no token is good any more), and what every mock has.
 */
export class ApiMock extends MockServer {
  protected override readonly controls: Controls = {
    'GET /__truth': () => this.truth,
    'GET /__requests': () => ({
      requests: this.requests,
      unmatched: this.problems,
      dropped: this.#log.dropped,
    }),
    'DELETE /__requests': () => {
      this.clearRequests()
      return { requests: [] }
    },
    'POST /__change': () => this.change(),
    'POST /__revoke': () => this.revokeTokens(),
  }
  readonly #config: PipelineConfig
  readonly #rows: ReadonlyMap<string, StreamRows>
  readonly #sources: ReadonlyMap<string, SourceApi>
  readonly #log = new RequestLog<ApiRequest>()

  constructor(options: ApiMockOptions) {
    checkOptions('ApiMock', options, OPTIONS)
    const { config, seed = 1, behaviour = {}, records } = options
    if (records !== undefined) checkCount('ApiMock.records', records, { min: 0, max: 100_000 })
    const streams = config.streams.map(plainPaging)
    refuse(untoldOf(streams))
    super(behaviour, seed)
    this.#config = config
    const { gzip = false, lastHasCursor = false, leavesOutEqual = false, maxWindowMs } = options
    this.#rows = allRows(streams, { seed, records, now: Date.now(), leavesOutEqual })
    const manners = { isGzip: gzip, lastHasCursor, leavesOutEqual, maxWindowMs }
    const tokens = { lifeMs: options.tokenLifeMs ?? HOUR_MS, isSingleUse: options.singleUseTokens ?? false }
    const names = [...new Set(streams.map(({ source }) => source))]
    const apiOf = (source: string) =>
      [...this.#rows.values()]
        .filter(rows => rows.config.source === source)
        .map(rows => new StreamApi(rows, manners))
    const sourceOf = (name: string) => new SourceApi(apiOf(name), () => `${this.url}/${name}`, seed, tokens)
    this.#sources = new Map(names.map(name => [name, sourceOf(name)]))
  }

  /** The base URL of each source. */
  get urls(): Record<string, string> {
    return sourceUrls(this.#config, this.url)
  }

  /** The pipeline with this mock in the place of its sources. */
  get pipeline(): PipelineConfig {
    return pointedAt(this.#config, this.url)
  }

  /** What of the pipeline is served without being looked at, a line each. */
  get notes(): string[] {
    const bare = [...this.#rows.values()].filter(
      ({ taken, first }) => taken.length === 0 && first !== undefined,
    )
    return [
      ...unchecked(this.#config.streams).map(untoldText),
      ...bare.map(({ config }) => `${config.name}: no record is one that the file takes`),
    ]
  }

  get truth(): Truth {
    return truthOf(this.#rows)
  }

  /** All requests since the start, or the last `clearRequests`, in the order in which they were answered. */
  get requests(): ApiRequest[] {
    return this.#log.entries
  }

  /** Those that the pipeline does not declare: each is an error of whoever made it. */
  get problems(): ApiRequest[] {
    return this.requests.filter(({ problem }) => problem !== null)
  }

  clearRequests(): void {
    this.#log.clear()
  }

  /** Some records of the streams without a parent are changed, and new ones come. Returns the truth of then. */
  change(): Truth {
    for (const rows of this.#rows.values()) {
      if (eachesOf(rows.config).length === 0) rows.change()
      else rows.addParts(this.#rows)
    }
    return this.truth
  }

  /** @throws RangeError (rejects) where an expression ends a stream before its last page. */
  async check(): Promise<void> {
    const sources = [...this.#sources.values()]
    refuse((await Promise.all(sources.map(source => source.earlyEnds()))).flat())
  }

  /** Tokens that were given are refused from now on, and new ones can be had. */
  revokeTokens(): object {
    for (const source of this.#sources.values()) source.revoke()
    return { revoked: true }
  }

  protected override handle(request: IncomingMessage, response: ServerResponse): void {
    void this.#handle(request, response).catch(() => response.destroy())
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = performance.now()
    const { method = '', url = '' } = request
    const body = await text(request)
    const found = await this.#answer(request, body)
    // By what is asked for, so that it meets the same in whatever order requests come.
    const decision = this.plan.decide(at, hashOf(`${method} ${url} ${body}`))
    const { stream, page, problem } = found
    const fault = decision.fault?.kind ?? null
    const entry: ApiRequest = { at: epochOf(at), method, url, page, status: 0, fault, stream, problem }
    this.#log.add(entry)
    const answered = (status: number): void => {
      entry.status = status
    }
    answer(this.delays, { response, ...this.#limited(found, decision), answered })
  }

  async #answer(
    request: IncomingMessage,
    body: string,
  ): Promise<SourceAnswer & { readonly problem: string | null }> {
    const { name, asked, url } = this.#asked(request, body)
    try {
      const source = this.#sources.get(name)
      if (source === undefined) throw new Mismatch(`there is no source ${JSON.stringify(name)}`, 404)
      return { ...(await source.answer(asked, url)), problem: null }
    } catch (error) {
      const { message } = error as Error
      const status = error instanceof Mismatch ? error.status : 500
      return { reply: statusReply(status, message), stream: null, page: null, problem: message }
    }
  }

  #asked(request: IncomingMessage, body: string): { name: string; asked: AskedRequest; url: URL } {
    const [path = '', query = ''] = (request.url ?? '').split('?', 2)
    const [, name = '', rest = ''] = /^\/([^/]*)(.*)$/.exec(path) ?? []
    const url = new URL(this.url + (request.url ?? ''))
    url.searchParams.delete(PAGE_PARAMETER)
    const { method = '', headers } = request
    return { name, url, asked: { method, headers, body, path: rest, query: [...new URLSearchParams(query)] } }
  }

  /** A 429 says when it ends, where the stream's rules look for that. */
  #limited({ reply, stream }: SourceAnswer, decision: Decision): { reply: Reply; decision: Decision } {
    const { fault } = decision
    if (fault?.kind !== 'status') return { reply, decision }
    const limited = limitReply(fault, this.#rulesOf(stream))
    return limited === undefined
      ? { reply, decision }
      : { reply: limited, decision: { ...decision, fault: undefined } }
  }

  #rulesOf(stream: string | null): readonly ResponseRule[] {
    return this.#rows.get(stream ?? '')?.config.responses ?? []
  }
}

function refuse(untold: readonly Untold[]): void {
  if (untold.length > 0)
    throw new RangeError(`no mock can tell from the file\n${untold.map(untoldText).join('\n')}`)
}

/** Starts one in this process. Rejects when the port cannot be had, or an expression would end a stream early. */
export async function startApiMock(options: ApiMockOptions): Promise<ApiMock> {
  const mock = new ApiMock(options)
  await mock.check()
  await mock.listen(options.port ?? 0, options.host ?? '127.0.0.1')
  return mock
}
