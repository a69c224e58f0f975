import * as fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { parseConfig } from '../../../src/acquisition/configuration/load-config.js'
import type { Authorizer } from '../../../src/acquisition/fetch/auth/authorizer.js'
import type { ResponseRule } from '../../../src/acquisition/fetch/response-rules.js'
import { defaultRules, ResponseRules } from '../../../src/acquisition/fetch/response-rules.js'
import { FetchRig } from './fetch-rig.js'

/** The rules as a file has them. */
function rulesOf(yaml: string): readonly ResponseRule[] {
  const text = `sources:
  - { name: a, baseUrl: 'http://a.test', pagination: { type: page, pageSize: 1 }, mapping: { id: { path: id } }, responses: ${yaml} }`
  const { config } = parseConfig(text, 'a.yaml', { environment: {} })
  return config.streams[0]?.responses ?? []
}

let rig: FetchRig

beforeEach(() => {
  rig = new FetchRig()
})

/** What becomes of an answer, by its first three steps at most. */
async function outcome(yaml: string, ...answers: FetchRig['answers']): Promise<string> {
  rig.answers = answers
  const fetched = rig.fetch(rig.fetcher(rulesOf(yaml)))
  return fetched.then(
    ({ content, notices = [] }) =>
      [`${content.recordCount} records`, ...notices.map(({ code, about }) => `${code} ${about}`)].join(', '),
    (error: unknown) => `${(error as { code: string }).code}: ${(error as Error).message}`,
  )
}

test("a stream's own rules come before those of its source, and each mistake is told where it stands", () => {
  const file = (own: string, shared: string) => `sources:
  - name: a
    baseUrl: http://a.test
    mapping: { id: { path: id } }
    pagination: { type: page, pageSize: 1 }
    responses: [{ status: 404, then: ${shared} }, { status: 403, then: fail }]
    streams:
      - name: one
        path: /one
        responses: [{ status: 404, then: ${own} }]
      - { name: two, path: /two }`
  const { config } = parseConfig(file('end', 'skip'), 'a.yaml', { environment: {} })
  expect(config.streams.map(({ responses = [] }) => responses.map(({ action }) => action).join())).toEqual([
    'end,skip,fail',
    'skip,fail',
  ])
  const load = (own: string, shared: string) => () =>
    parseConfig(file(own, shared), 'a.yaml', { environment: {} })
  expect(load('ignore', 'skip')).toThrow('a.yaml:10:')
  expect(load('skip', 'ignore')).toThrow('a.yaml:6:')
})

describe('rules of a file', () => {
  test.each([
    ['[{ status: 404, then: skip }]', 404, '0 records, RESPONSE_SKIPPED 404'],
    ['[{ status: [403, 404], then: skip }]', 403, '0 records, RESPONSE_SKIPPED 403'],
    ['[{ status: 5xx, then: skip }]', 503, '0 records, RESPONSE_SKIPPED 503'],
    ["[{ status: ['400-405', 5xx], then: skip }]", 405, '0 records, RESPONSE_SKIPPED 405'],
    ["[{ status: '400-405', then: skip }]", 406, 'HTTP_406: The server answered 406'],
    [
      '[{ status: 500, then: fail, message: ask the vendor }]',
      500,
      'HTTP_500: The server answered 500 (ask the vendor)',
    ],
    ['[{ status: 410, then: end }]', 410, '0 records'],
    ['[{ then: skip }]', 418, '0 records, RESPONSE_SKIPPED 418'],
    ['[{ status: 302, then: skip }]', 302, '0 records, RESPONSE_SKIPPED 302'],
  ])('%s: %i is %s', async (yaml, status, expected) => {
    expect(await outcome(yaml, { status, headers: { location: '/elsewhere' } })).toBe(expected)
    expect(rig.departures).toHaveLength(1)
  })

  test.each([
    ['{ path: error.code, is: GONE }', { error: { code: 'GONE' } }, true],
    ['{ path: error.code, is: GONE }', { error: { code: 'BUSY' } }, false],
    ['{ path: error.code, in: [40, 41] }', { error: { code: 41 } }, true],
    ['{ path: error.code, is: 9007199254740991 }', { error: { code: '9007199254740991' } }, false],
    ['{ path: error, exists: true }', { error: null }, false],
    ['{ path: error, exists: false }', { message: 'x' }, true],
    ["{ path: 'errors[*].code', is: GONE }", { errors: [{ code: 'X' }, { code: 'GONE' }] }, true],
    ["{ path: error.text, matches: '^no such' }", { error: { text: 'no such project' } }, true],
    ["{ path: '', matches: 'no such' }", { error: { text: 'no such project' } }, true],
    ["{ path: '', matches: 'no such' }", '<html>no such page</html>', true],
    ["{ path: '', matches: 'no such' }", `${' '.repeat(70_000)}no such`, false],
    ['{ path: error, exists: false }', '<html>', true],
    ['{ not: { path: error.code, is: GONE } }', { error: { code: 'GONE' } }, false],
    ['[{ path: a, is: 1 }, { path: b, is: 2 }]', { a: 1, b: 2 }, true],
    ['[{ path: a, is: 1 }, { path: b, is: 2 }]', { a: 1, b: 3 }, false],
  ])('a body of 400 is looked into: %s in %j', async (body, answer, holds) => {
    const came = await outcome(`[{ status: 400, body: ${body}, then: skip }]`, { status: 400, body: answer })
    expect(came).toBe(holds ? '0 records, RESPONSE_SKIPPED 400' : 'HTTP_400: The server answered 400')
  })

  test.each([
    ['x-error', { 'x-error': 'any' }, true],
    ['X-Error', { 'x-error': 'any' }, true],
    ['x-error', {}, false],
    ['{ x-error: busy }', { 'x-error': ' busy' }, true],
    ['{ x-error: busy }', { 'x-error': 'busybody' }, false],
    ["{ x-error: { matches: '^busy' } }", { 'x-error': 'busybody' }, true],
    ['{ x-error: { exists: false } }', {}, true],
    ['{ x-error: { exists: false } }', { 'x-error': '' }, false],
    ['{ a: x, b: y }', { a: 'x' }, false],
  ])('a header is looked at: %s in %j', async (header, headers, holds) => {
    const came = await outcome(`[{ status: 400, header: ${header}, then: skip }]`, { status: 400, headers })
    expect(came.startsWith('0 records')).toBe(holds)
  })

  test('an error that is answered with 200 is tried again, and told', async () => {
    const busy = { status: 200, body: { error: { code: 'BUSY' }, items: [] } }
    const yaml =
      '[{ status: 200, body: { path: error.code, is: BUSY }, then: retry, message: they are slow }]'
    expect(await outcome(yaml, busy)).toBe('1 records')
    expect(rig.told).toEqual(['1 ERROR_BODY the body reports an error: error.code: "BUSY" (they are slow)'])
  })

  test('retry for a time waits so long each time, whatever the backoff', async () => {
    const down = { status: 500 }
    expect(await outcome('[{ status: 5xx, then: retry, for: 5s }]', down, down, down)).toBe('1 records')
    expect(rig.departures).toEqual([0, 5_000, 10_000, 15_000])
  })

  test('a page of an error status is taken where a rule says so', async () => {
    const body = { items: [{ id: 'a' }, { id: 'b' }] }
    expect(await outcome('[{ status: 404, then: page }]', { status: 404, body })).toBe('2 records')
  })

  const now = Date.UTC(2026, 0, 1)

  test.each([
    ['{ header: x-reset, as: seconds }', { 'x-reset': '30' }, 30_000],
    ['{ header: X-Reset }', { 'x-reset': '30' }, 30_000],
    ['{ header: x-reset, as: millis }', { 'x-reset': '30000' }, 30_000],
    ['{ header: x-reset, as: minutes }', { 'x-reset': '0.5' }, 30_000],
    ['{ header: x-reset, as: epochSeconds }', { 'x-reset': `${now / 1_000 + 30}` }, 30_000],
    ['{ header: x-reset, as: epochMillis }', { 'x-reset': `${now + 30_000}` }, 30_000],
    ['{ header: x-reset, as: date }', { 'x-reset': 'Thu, 01 Jan 2026 00:00:30 GMT' }, 30_000],
    ["{ header: x-reset, matches: 'in (\\d+) s' }", { 'x-reset': 'again in 30 s' }, 30_000],
    ['{ header: x-reset, as: epochSeconds }', { 'x-reset': '7' }, 0],
    // What cannot be read leaves it to Retry-After, and that to the base delay.
    ['{ header: x-reset }', { 'x-reset': 'soon', 'retry-after': '3' }, 3_000],
    ['{ header: x-reset }', {}, 500],
    // Where the rule says what it is, nothing else is made of it.
    [
      '{ header: x-ratelimit-reset, as: millis }',
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '30000' },
      30_000,
    ],
  ])('wait until %s in %j', async (until, headers, waitMs) => {
    await outcome(`[{ status: 420, then: wait, until: ${until} }]`, { status: 420, headers })
    expect(rig.departures).toEqual([0, Math.max(500, waitMs)])
  })

  test('wait until what the body says, or else for a time', async () => {
    const yaml =
      "[{ status: 420, then: wait, until: { body: error.text, matches: 'in (\\d+) seconds' }, for: 9s }]"
    await outcome(yaml, { status: 420, body: { error: { text: 'again in 40 seconds' } } })
    expect(rig.told[0]).toBe('40000 420 of page 7 of a (error.text)')
    await outcome(yaml, { status: 420, body: 'slow down' })
    expect(rig.told.at(-1)).toContain('error.text tells no seconds')
    expect(rig.departures).toEqual([0, 40_000, 40_001, 49_001])
  })

  test('an answer of 200 may ask for quiet by a rule; a longer one than maxWait is left to a later run', async () => {
    const body = { status: 'THROTTLED' }
    const yaml = '[{ body: { path: status, is: THROTTLED }, then: wait, for: 2h }]'
    expect(await outcome(yaml, { status: 200, body })).toBe(
      'QUIET: The server asked for quiet by 200 of page 7 of a (responses)',
    )
  })

  test('the first rule that matches decides, those of the file before the defaults', () => {
    const rule = fc.record({
      statuses: fc.option(
        fc.array(
          fc
            .tuple(fc.integer({ min: 100, max: 999 }), fc.integer({ min: 0, max: 300 }))
            .map(([from, more]) => [from, from + more] as const),
          { minLength: 1, maxLength: 2 },
        ),
        { nil: undefined },
      ),
      headers: fc.option(fc.constantFrom([{ name: 'a' }], [{ name: 'b', is: 'x' }]), { nil: undefined }),
      action: fc.constantFrom('skip', 'end', 'retry', 'fail', 'wait') satisfies fc.Arbitrary<
        ResponseRule['action']
      >,
    })
    const headers = fc.constantFrom<Record<string, string>>({}, { a: '1' }, { b: 'x' }, { a: '1', b: 'y' })
    fc.assert(
      fc.property(fc.array(rule), fc.integer({ min: 100, max: 999 }), headers, (own, statusCode, sent) => {
        const holds = ({ statuses, headers: tests }: ResponseRule): boolean =>
          (statuses?.some(([from, to]) => from <= statusCode && statusCode <= to) ?? true) &&
          (tests?.every(({ name, is = sent[name] }) => sent[name] !== undefined && sent[name] === is) ?? true)
        const expected = own.find(holds) ?? defaultRules().find(one => one.quiet === undefined && holds(one))
        const response = { statusCode, headers: sent }
        const judged = new ResponseRules([...own, ...defaultRules()])
        const empty = {
          recordCount: 1,
          records: [],
          rejects: [],
          warnings: 0,
          redactions: 0,
          paging: {},
          fingerprint: '',
        }
        const { action } = judged.judge(response, { ok: true, page: empty, observed: {} })
        const isPage = own.find(holds) === undefined && statusCode >= 200 && statusCode < 300
        expect(action).toBe(isPage ? 'page' : expected?.action)
      }),
    )
  })

  test.each([
    ['[{ status: 4, then: skip }]', 'a status such as 404'],
    ['[{ status: 6xxx, then: skip }]', 'a status such as 404'],
    ["[{ status: '500-400', then: skip }]", 'a status such as 404'],
    ['[{ status: 404, then: ignore }]', 'one of page, skip, retry, fail, end, wait, refreshAuth'],
    ['[{ status: 404 }]', 'one of page, skip'],
    ['[{ status: 404, then: skip, for: 5s }]', 'only with then: wait or then: retry'],
    ['[{ status: 404, then: retry, until: { header: x } }]', 'only with then: wait'],
    ['[{ status: 404, then: wait, until: { as: date } }]', 'one of header and body'],
    ['[{ status: 404, then: wait, until: { header: x, as: hours } }]', 'one of seconds, millis'],
    ["[{ body: { path: a, matches: '(' }, then: skip }]", 'regular expression'],
    ["[{ header: { a: { matches: '(' } }, then: skip }]", 'regular expression'],
    ['[{ body: { path: a, is: [] }, then: skip }]', '{ path: a.b, is: value }'],
    ['[]', 'a list of at least one rule'],
  ])('what is no rule is refused with what is allowed: %s', (yaml, allowed) => {
    expect(() => rulesOf(yaml)).toThrow(allowed)
  })
})

describe('a rule for 401, where credentials can be renewed', () => {
  const SKIP = '[{ status: 401, then: skip }]'
  const refused = { status: 401 }

  /** Credentials that can be renewed whenever they are refused. */
  function renewing() {
    const counts = { minted: 1, accepted: 0 }
    const authorizer: Authorizer = {
      authorize: async request => ({ ...request, headers: { authorization: `${counts.minted}` } }),
      refused: async () => {
        counts.minted += 1
        return 'again'
      },
      accepted: () => void (counts.accepted += 1),
    }
    return { authorizer, counts }
  }

  test.each(['skip', 'end', 'fail'])(
    '%s waits until it is known that the token is not only too old',
    async then => {
      const { authorizer, counts } = renewing()
      rig.answers = [refused]
      const fetched = await rig.fetch(
        rig.fetcher(rulesOf(`[{ status: 401, then: ${then} }]`), {}, { authorizer }),
      )
      expect([fetched.notices ?? [], fetched.content.paging.end, counts.minted]).toEqual([[], undefined, 2])
      fetched.reservation.release()
    },
  )

  test('what refuses new credentials too is skipped, and says nothing good of them', async () => {
    const { authorizer, counts } = renewing()
    rig.answers = [refused, refused]
    const { notices } = await rig.fetch(rig.fetcher(rulesOf(SKIP), {}, { authorizer }))
    expect(notices?.map(({ code }) => code)).toEqual(['RESPONSE_SKIPPED'])
    expect(counts).toEqual({ minted: 2, accepted: 0 })
  })

  test('a thousand pages that are not allowed cost three renewals', async () => {
    const { authorizer, counts } = renewing()
    const fetcher = rig.fetcher(rulesOf(SKIP), {}, { authorizer })
    for (let page = 0; page < 1_000; page++) {
      rig.answers = [refused, refused]
      const { reservation } = await rig.fetch(fetcher)
      reservation.release()
    }
    expect(counts.minted).toBe(4)
  })

  test('credentials that cannot be renewed leave it to the rule at once', async () => {
    rig.answers = [refused]
    const { notices } = await rig.fetch(rig.fetcher(rulesOf(SKIP)))
    expect([notices?.length, rig.departures.length]).toEqual([1, 1])
  })
})
