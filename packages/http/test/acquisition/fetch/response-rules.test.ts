import { describe, expect, test } from 'vitest'
import { defaultRules, observedPaths, ResponseRules } from '../../../src/acquisition/fetch/response-rules.js'
import { wishOf } from '../../../src/engines/index.js'
import type { PageReading } from '../../../src/acquisition/records/normalised-page.js'

const empty = { records: [], rejects: [], warnings: 0, redactions: 0, paging: {}, fingerprint: '' }
const reading = (recordCount: number, observed: PageReading['observed'] = {}): PageReading => ({
  ok: true,
  page: { ...empty, recordCount },
  observed,
})
const unreadable: PageReading = { ok: false, code: 'NO_RECORDS', message: '', observed: { error: '"down"' } }
const response = (statusCode: number, headers: Record<string, string> = {}) => {
  return { statusCode, headers, wish: wishOf(statusCode, headers, 0) }
}

describe('response rules', () => {
  const rules = new ResponseRules(defaultRules('status.fault'))

  test.each([
    [200, {}, reading(2), 'page'],
    [206, {}, reading(0), 'page'],
    [200, {}, reading(2, { error: '"x"' }), 'page'],
    [200, {}, reading(0, { error: '"x"' }), 'retry'],
    [200, {}, reading(2, { 'status.fault': '"x"' }), 'retry'],
    [200, {}, unreadable, 'retry'],
    [301, {}, undefined, 'fail'],
    [404, {}, undefined, 'fail'],
    [401, {}, undefined, 'refreshAuth'],
    [408, {}, undefined, 'retry'],
    [425, {}, undefined, 'retry'],
    [429, {}, undefined, 'wait'],
    [500, {}, undefined, 'retry'],
    [503, {}, undefined, 'retry'],
    [503, { 'retry-after': 'soon' }, undefined, 'retry'],
    [503, { 'retry-after': '1' }, undefined, 'wait'],
    [500, { 'retry-after': '1' }, undefined, 'wait'],
    [404, { 'retry-after': '1' }, undefined, 'wait'],
    [403, { 'retry-after': '1' }, undefined, 'wait'],
    [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' }, undefined, 'wait'],
    [404, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' }, undefined, 'fail'],
    [403, {}, undefined, 'fail'],
    [401, { 'retry-after': '1' }, undefined, 'refreshAuth'],
    [301, { 'retry-after': '1' }, undefined, 'fail'],
    [200, { 'retry-after': '1' }, reading(2), 'page'],
  ] as const)('by default %i with %j is judged as it always was', (status, headers, read, action) => {
    expect(rules.judge(response(status, headers), read).action).toBe(action)
    expect(rules.needsBody(response(status, headers))).toBe(status < 300)
  })

  test('N-7 202 is "not ready": it waits where it says how long, and is tried again unless it holds the records', () => {
    expect(rules.judge(response(202, { 'retry-after': '2' })).action).toBe('wait')
    expect(rules.judge(response(202), reading(0)).action).toBe('retry')
    expect(rules.judge(response(202), unreadable).action).toBe('retry')
    expect(rules.judge(response(202), reading(2)).action).toBe('page')
  })

  test('tells what stood at the path that decided', () => {
    expect(rules.judge(response(200), unreadable)).toMatchObject({ action: 'retry', told: '"down"' })
  })

  test('names the paths that a reading has to observe, once each', () => {
    expect(observedPaths(defaultRules('error'))).toEqual(['error', 'errors', 'fault', 'exception'])
    expect(observedPaths(defaultRules())).toHaveLength(4)
  })

  test('a rule of a path at another status has the body read, and decides before the default ones', () => {
    const own = new ResponseRules([
      { statuses: [[404, 404]], path: 'gone', action: 'end' },
      { statuses: [[204, 204]], action: 'skip' },
      { statuses: [[401, 401]], action: 'refreshAuth' },
      ...defaultRules(),
    ])
    expect(own.needsBody(response(404))).toBe(true)
    expect(own.judge(response(404), reading(0, { gone: 'true' })).action).toBe('end')
    expect(own.judge(response(404), reading(0)).action).toBe('fail')
    expect([own.needsBody(response(204)), own.judge(response(204)).action]).toEqual([false, 'skip'])
    expect(own.judge(response(401)).action).toBe('refreshAuth')
  })

  test('what no rule matches is a failure', () => {
    expect(new ResponseRules([]).judge(response(200)).action).toBe('fail')
  })
})
