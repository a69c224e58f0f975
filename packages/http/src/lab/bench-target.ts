import { checkCount, checkDuration, checkNumber, withDefaults } from 'async-patterns'
import { publicUrl } from '../display/index.js'
import { UndiciTransport } from '../engines/index.js'
import { spawnMock } from '../mock/index.js'
import type { Behaviour, HttpMockStats, SpawnedMock } from '../mock/index.js'

/** What a benchmark sends its requests to. */
export interface BenchTargetOptions {
  /** A server of yours. Default: a mock server in a process of its own. */
  readonly url?: string
  /** The mock's port; 0 is a free one. Default 0. */
  readonly mockPort?: number
  /** Of each of the mock's answers, in milliseconds. Default 5. */
  readonly mockLatencyMs?: number
  /** Share of requests that the mock answers with 500, from 0 to 1. Default 0. */
  readonly mockErrorRate?: number
  /** After so many requests the mock answers 429. Default: never. */
  readonly mockRateLimitAfter?: number
}

/** Their names, for whoever takes them among others. */
export const TARGET_OPTIONS = {
  url: true,
  mockPort: true,
  mockLatencyMs: true,
  mockErrorRate: true,
  mockRateLimitAfter: true,
} satisfies Record<keyof BenchTargetOptions, true>

const DEFAULTS = Object.freeze({ mockPort: 0, mockLatencyMs: 5, mockErrorRate: 0 })

/** @throws TypeError or RangeError that names the option. */
export function targetOptions(options: BenchTargetOptions) {
  const read = withDefaults(DEFAULTS, options)
  checkCount('mockPort', read.mockPort, { min: 0, max: 65_535 })
  checkDuration('mockLatencyMs', read.mockLatencyMs)
  checkNumber('mockErrorRate', read.mockErrorRate, { min: 0, max: 1 })
  if (read.mockRateLimitAfter !== undefined)
    checkCount('mockRateLimitAfter', read.mockRateLimitAfter, { min: 0 })
  if (read.url !== undefined) checkUrl(read.url)
  return read
}

/**
 * The server of a benchmark: a mock whose own counts can be asked for, or a URL of which nothing more is
 * known.
 */
export class BenchTarget implements AsyncDisposable {
  readonly url: string
  readonly #mock: SpawnedMock<'http'> | undefined

  private constructor(url: string, mock: SpawnedMock<'http'> | undefined) {
    this.url = url
    this.#mock = mock
  }

  /** Rejects when the mock cannot start: its port is in use. */
  static async open(options: BenchTargetOptions): Promise<BenchTarget> {
    const { url, mockPort, ...behaviour } = targetOptions(options)
    if (url !== undefined) return new BenchTarget(url, undefined)
    const json = JSON.stringify(behaviourOf(behaviour))
    const mock = await spawnMock('http', ['--port', `${mockPort}`, '--behaviour', json])
    return new BenchTarget(`${mock.urls.http}/`, mock)
  }

  /** Whether the server is ours, and counts what it does. */
  get isMock(): boolean {
    return this.#mock !== undefined
  }

  /** The mock's own counts; undefined for a server that has none. */
  stats(): Promise<HttpMockStats | undefined> {
    return this.#control<HttpMockStats>('GET', '/__stats')
  }

  /** The mock's counts start over. */
  async clearStats(): Promise<void> {
    await this.#control('DELETE', '/__stats')
  }

  /** The mock behaves like this from now on. */
  async setBehaviour(behaviour: Behaviour): Promise<void> {
    await this.#control('PUT', '/__behaviour', behaviour)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#mock?.close()
  }

  /** Not by `fetch`, which refuses many ports. */
  async #control<T>(method: string, path: string, content?: object): Promise<T | undefined> {
    if (this.#mock === undefined) return undefined
    await using transport = new UndiciTransport()
    const url = `${this.#mock.urls.http}${path}`
    const sent = content === undefined ? null : JSON.stringify(content)
    const { statusCode, body } = await transport.send({ url, method, body: sent })
    if (statusCode !== 200) throw new Error(`the mock answered ${statusCode} to ${method} ${path}`)
    return JSON.parse(Buffer.from(body).toString()) as T
  }
}

function behaviourOf({
  mockLatencyMs,
  mockErrorRate,
  mockRateLimitAfter,
}: Omit<ReturnType<typeof targetOptions>, 'mockPort'>): Behaviour {
  const behaviour = { latency: mockLatencyMs, errorRate: mockErrorRate }
  return mockRateLimitAfter === undefined ? behaviour : { ...behaviour, rateLimitAfter: mockRateLimitAfter }
}

/** Credentials are refused before anything is sent, and not shown: they would stand in every result. */
function checkUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && url.username + url.password !== '')
    throw new TypeError(`url has credentials for ${JSON.stringify(url.host)}; allowed is a URL without`)
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new TypeError(`url is ${JSON.stringify(publicUrl(text))}; allowed is an http or https URL`)
}
