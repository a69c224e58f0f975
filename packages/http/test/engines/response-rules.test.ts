import { expect, test } from 'vitest'
import { classifyResponse, retryResponse, TransportError } from '../../src/engines/index.js'
import type { TransportResponse } from '../../src/engines/index.js'

const response = (statusCode: number, headers: Record<string, string> = {}) => ({
  ok: true as const,
  value: { statusCode, headers, body: new Uint8Array(0), bytes: 0, url: '' } satisfies TransportResponse,
})
const failure = (code: string) => ({ ok: false as const, error: new TransportError(code, '') })

test.each([
  [200, 'success'],
  [404, 'success'],
  [429, 'ignore'],
  [500, 'failure'],
  [503, 'failure'],
] as const)('a breaker counts %d as %s', (status, verdict) => {
  expect(classifyResponse(response(status), { aborted: false })).toBe(verdict)
})

test('a breaker counts errors as failures, but not an abort nor our own closing', () => {
  expect(classifyResponse(failure('ECONNRESET'), { aborted: false })).toBe('failure')
  expect(classifyResponse(failure('ECONNRESET'), { aborted: true })).toBe('ignore')
  expect(classifyResponse(failure('CLOSED'), { aborted: false })).toBe('ignore')
})

test.each([
  [200, false],
  [404, false],
  [501, false],
  [408, { delayMs: undefined }],
  [429, { delayMs: undefined }],
  [503, { delayMs: undefined }],
])('a retry after %d: %o', (status, verdict) => {
  expect(retryResponse(response(status))).toEqual(verdict)
})

test('a Retry-After sets the delay', () => {
  expect(retryResponse(response(503, { 'retry-after': '2' }))).toEqual({ delayMs: 2_000 })
})

test('errors are tried again, but those that another attempt cannot mend', () => {
  for (const code of ['ECONNREFUSED', 'TRUNCATED', 'BAD_RESPONSE', 'TIMEOUT'])
    expect(retryResponse(failure(code))).toBe(true)
  for (const code of ['CIRCUIT_OPEN', 'DEADLINE_EXCEEDED', 'CLOSED', 'BAD_REQUEST', 'BODY_TOO_LARGE'])
    expect(retryResponse(failure(code))).toBe(false)
})
