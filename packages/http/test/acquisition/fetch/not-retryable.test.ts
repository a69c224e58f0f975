import { beforeEach, describe, expect, test } from 'vitest'
import type { ResponseRule } from '../../../src/acquisition/fetch/response-rules.js'
import { isRetryable } from '../../../src/acquisition/streams/retryable.js'
import type { PaginationConfig } from '../../../src/acquisition/streams/index.js'
import { TransportError } from '../../../src/engines/index.js'
import type { Answer } from './fetch-rig.js'
import { FetchRig } from './fetch-rig.js'

let rig: FetchRig

beforeEach(() => {
  rig = new FetchRig()
})

/** How a request ends that may not be sent again, and how often it left. */
async function ending(answers: readonly Answer[], rules: readonly ResponseRule[] = []): Promise<string> {
  rig.answers = [...answers]
  const fetcher = rig.fetcher(
    rules,
    {},
    {
      retryable: false,
      requestOf: () => ({ url: 'http://a.test/', method: 'POST', body: '{}' }),
    },
  )
  const end = await rig.fetch(fetcher).then(
    () => 'page',
    (error: unknown) => (error as { code: string }).code,
  )
  return `${end} after ${rig.departures.length}`
}

const broken = (departs: boolean, isStale = false): Answer => ({
  error: new TransportError('ECONNRESET', 'reset', { isStale }),
  departs,
})

describe('a request that may not be sent again', () => {
  test.each<[string, readonly Answer[], string]>([
    ['its connection broke after it had left', [broken(true)], 'NOT_RETRYABLE after 1'],
    ['it met a stale connection', [broken(true, true)], 'NOT_RETRYABLE after 1'],
    ['no answer came in time', ['hang'], 'NOT_RETRYABLE after 1'],
    ['the server failed', [{ status: 500 }], 'NOT_RETRYABLE after 1'],
    ['the body cannot be read', [{ status: 200, body: '{"items":' }], 'NOT_RETRYABLE after 1'],
    ['it never left', [broken(false)], 'page after 1'],
    ['the server asks for patience', [{ status: 429 }], 'page after 2'],
    ['the server is busy for a while', [{ status: 503, headers: { 'retry-after': '1' } }], 'page after 2'],
    ['it was refused for good', [{ status: 404 }], 'HTTP_404 after 1'],
  ])('%s', async (_, answers, expected) => {
    expect(await ending(answers)).toBe(expected)
  })

  test('a rule of the file that says retry knows its server', async () => {
    const rule = { statuses: [[500, 500]], action: 'retry' } as const
    expect(await ending([{ status: 500 }], [rule])).toBe('page after 2')
  })

  test('the error says what happened and how it is allowed', async () => {
    await ending([broken(true)])
    expect(rig.told).toEqual([
      '1 NOT_RETRYABLE the POST was sent, and the server may have acted on it: reset; it is not sent again ' +
        'unless its stream says retryable: true',
    ])
  })

  test('it has room enough at once, for it cannot be sent again where there is none', async () => {
    const fetcher = rig.fetcher([], {}, { retryable: false })
    const fetched = await rig.fetch(fetcher)
    expect(rig.departures).toHaveLength(1)
    fetched.reservation.release()
  })

  test('retried are GET, HEAD, and POST where there is a pagination, or what the file says', () => {
    const paging = { type: 'page' } as PaginationConfig
    const none = { type: 'none' } as unknown as PaginationConfig
    const of = (method: string | undefined, pagination = paging, retryable?: boolean) =>
      isRetryable({ method, pagination, retryable })
    expect([of(undefined), of('GET', none), of('HEAD', none), of('POST')]).toEqual([true, true, true, true])
    expect(isRetryable({ body: { text: 'a' }, pagination: none })).toBe(false)
    expect([of('POST', none), of('PUT'), of('DELETE')]).toEqual([false, false, false])
    expect([of('GET', paging, false), of('PUT', none, true)]).toEqual([false, true])
  })
})
