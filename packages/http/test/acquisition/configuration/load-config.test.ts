import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../../src/acquisition/configuration/load-config.js'
import { load, minimal, problems } from './config-rig.js'

describe('a pipeline file', () => {
  test('needs little: everything else has its default', () => {
    expect(load(minimal).config).toEqual({
      name: 'p',
      output: 'out',
      timeoutMs: Infinity,
      graceMs: 5000,
      workers: 4,
      memoryBytes: 64 * 1024 ** 2,
      sinks: [],
      streams: [
        {
          name: 'shop',
          source: 'shop',
          baseUrl: 'http://127.0.0.1:1',
          path: '',
          query: {},
          headers: {},
          proxy: undefined,
          tls: undefined,
          allowPrivate: false,
          cookies: false,
          markDeleted: false,
          contract: 'evolve',
          redirects: 'sameOrigin',
          pagination: {
            type: 'page',
            pageParam: 'page',
            firstPage: 1,
            pageSize: 10,
            stopAfterEmpty: 1,
            stopOnShortPage: false,
            maxPages: 10_000,
            onRepeatedPage: 'stop',
          },
          records: '',
          mapping: { id: { type: 'string', path: 'id', required: true } },
          limits: {
            ratePerSecond: 5,
            pacing: 'window',
            marginMs: 5,
            adaptsMargin: true,
            per: 'origin',
            maxWaitMs: 3_600_000,
            concurrency: 4,
            timeoutMs: 10_000,
            maxPageBytes: 50 * 1024 ** 2,
            maxRecordsPerPage: 100_000,
            pageTimeMs: 10_000,
            maxHeaderBytes: 64 * 1024,
            retry: {
              maxAttempts: 4,
              baseDelayMs: 500,
              maxDelayMs: 30_000,
              backoff: 'exponential',
              jitter: 'none',
            },
            breaker: { failureThreshold: 3, openStateDurationMs: 5000 },
            giveUpAfterMs: 30_000,
          },
        },
      ],
    })
  })

  test('sends numbers and booleans of the query as texts', () => {
    const text = minimal.replace('    mapping', '    query: { limit: 10, all: true }\n    mapping')
    expect(load(text).config.streams[0]?.query).toEqual({ limit: '10', all: 'true' })
  })

  test.each(['1.10', '12345678901234567890'])('refuses %s in the query, which YAML would change', number => {
    const text = minimal.replace('    mapping', `    query: { version: ${number} }\n    mapping`)
    expect(problems(text)[0]).toContain(
      'allowed is a text, a whole number, true or false, a list of them, or { expr: JSONata }; other numbers in quotes',
    )
    expect(load(text.replace(number, `'${number}'`)).config.streams[0]?.query).toEqual({ version: number })
  })

  test('N-14 a date pattern that cannot be is refused with its position, a good one is taken', () => {
    const withFormat = (format: string) =>
      minimal.replace('id: { path: id }', `id: { path: id }, d: { path: d, type: date, format: ${format} }`)
    expect(problems(withFormat('dd.QQ.yyyy'))[0]).toMatch(
      /mapping\.d\.format is "dd\.QQ\.yyyy"; allowed is one of iso, .*, or a pattern .*: QQ at 4 is none of/,
    )
    for (const format of ['dd.MM.yyyy', 'rfc1123', 'epoch-nanoseconds'])
      expect(load(withFormat(format)).config.streams[0]?.mapping?.['d']).toMatchObject({ format })
  })

  test('takes anchors and merge keys', () => {
    const text = `${minimal}    limits: &polite { rate: 2, concurrency: 1 }
  - name: other
    baseUrl: http://127.0.0.1:2
    pagination: { type: page, pageSize: 10 }
    mapping: { id: { path: id } }
    limits: { <<: *polite, timeout: 1m }
`
    expect(load(text).config.streams[1]?.limits).toMatchObject({
      ratePerSecond: 2,
      concurrency: 1,
      timeoutMs: 60_000,
    })
  })

  test('names path, value, what is allowed and the line, for every mistake at once', () => {
    const text = `timeot: 5s
workers: 100
memory: 64
sources:
  - name: a b
    baseUrl: ftp://x
    pagination: { type: pge }
    records: a..b
    mapping:
      title: { path: title, type: sring }
  - name: shop
    baseUrl: http://127.0.0.1:1
    limits: { rate: -1, retry: { jitter: 3 } }
    pagination: { type: page, pageSize: 0, sizeparam: x }
    mapping:
      id: { path: x, type: money }
      price: { path: p, type: money, locale: xx-toolongsubtag, currency: eur }
      date: { path: d, type: date, zone: Mars/Olympus }
  - name: shop
    baseUrl: http://127.0.0.1:1
    mapping: { id: { path: a, required: false } }
    pagination: { type: cursor }
`
    expect(problems(text)).toEqual([
      'p.yaml:1:1: timeot is an unknown key; did you mean "timeout"?',
      'p.yaml:2:10: workers is 100; allowed is a whole number from 1 to 64',
      'p.yaml:3:9: memory is 64; allowed is a size of 1MiB or more, such as 500KB, 64MiB',
      expect.stringContaining('p.yaml:5:5: sources[0].id is missing; it must be a path such as id'),
      'p.yaml:5:11: sources[0].name is "a b"; allowed is a name of letters, digits, _ and -',
      'p.yaml:6:14: sources[0].baseUrl is "ftp://x"; allowed is an http or https URL without query and credentials',
      'p.yaml:7:25: sources[0].pagination.type is "pge"; allowed is one of none, page, offset, cursor, nextUrl, linkHeader, hook',
      expect.stringContaining(
        'p.yaml:8:14: sources[0].records is "a..b"; allowed is a path such as data.items',
      ),
      'p.yaml:10:35: sources[0].mapping.title.type is "sring"; allowed is one of string, integer, decimal, money, date, boolean, json, text[]',
      'p.yaml:13:21: sources[1].limits.rate is -1; allowed is a number from 0.001 to 1000000',
      'p.yaml:13:42: sources[1].limits.retry.jitter is 3; allowed is a factor from 0 to 1, or one of full, decorrelated, none',
      'p.yaml:14:41: sources[1].pagination.pageSize is 0; allowed is a whole number from 1 to 1000000',
      'p.yaml:14:44: sources[1].pagination.sizeparam is an unknown key; did you mean "sizeParam"?',
      'p.yaml:16:28: sources[1].mapping.id.type is "money"; allowed is string or integer',
      'p.yaml:17:46: sources[1].mapping.price.locale is "xx-toolongsubtag"; allowed is a BCP 47 language tag such as en, de, fr or de-CH',
      'p.yaml:17:74: sources[1].mapping.price.currency is "eur"; allowed is an ISO 4217 code such as EUR',
      'p.yaml:18:42: sources[1].mapping.date.zone is "Mars/Olympus"; allowed is an IANA zone such as Europe/Berlin, or an offset such as +02:00',
      'p.yaml:19:11: sources[2].name is "shop"; allowed is a name that no other source has',
      'p.yaml:21:41: sources[2].mapping.id.required is false; allowed is true: a record needs its id',
      'p.yaml:22:17: sources[2].pagination.cursorPath is missing; it must be a path such as data.items, images[0].url or ["odd.name"], a list of paths, or { expr: JSONata }; or cursorHeader or params in its place',
    ])
  })

  test('lists what is allowed where an unknown key is like no other', () => {
    expect(problems(`${minimal}colour: red\n`)[0]).toMatch(
      /^p\.yaml:6:1: colour is an unknown key; allowed are version, name, output, timeout/,
    )
  })

  test('reports what is no YAML, an empty file, equal keys, and a list of no source', () => {
    expect(problems('a: [1\nb: {')[0]).toBe('p.yaml:1:4: this [ is never closed')
    expect(problems('')[0]).toMatch(
      /^p\.yaml:1:1: the file is empty; allowed is a mapping with the keys version, name, output/,
    )
    expect(problems('output: a\noutput: b\n')[0]).toMatch(/^p\.yaml:2:1: Map keys must be unique/)
    expect(problems('sources: []')).toEqual([
      'p.yaml:1:10: sources is []; allowed is a list of at least one source',
    ])
    expect(problems('[1]')[0]).toContain('the file is [1]')
  })

  test.each([
    ['path: "/items', '1:7: this quote is never closed'],
    ['a: { b: 1, c: 2\nd: 3', '1:4: this { is never closed'],
    ['a: { b: 1, c: 2 ]', '1:4: this { is never closed'],
    ['a: 1\n\tb: 2', '2:1: a tab cannot indent a line; use spaces'],
    ['a: 1\nb 2\nc: 3', '2:1: this line is no "key: value"; a colon with a space behind it is missing'],
    ['a: b: c', '1:4: this value goes on with another "key: value"; put it in quotes'],
    ['a: { b: 1 c: 2 }', '1:9: a comma is missing between two entries'],
    ['a:\n  - b: 1\n   c: 2', '3:1: this line is indented differently'],
    ['a: @b', '1:4: Plain value cannot start with reserved character @; put the value in quotes'],
    ['a: "b" c', '1:8: something stands behind the end of a value'],
  ])('N-36 says of %j what there is to mend, once and where it is', (text, expected) => {
    const [problem, ...others] = problems(text)
    expect(problem).toContain(`p.yaml:${expected}`)
    expect(others).toEqual([])
  })

  test('says where an alias or a merge goes wrong, and that there is one document', () => {
    expect(problems(`${minimal}    records: *nothing\n`)).toEqual([
      'p.yaml:6:14: an alias (*) names nothing that stands above it; put a text that begins with * in quotes',
    ])
    expect(problems(`${minimal}    <<: 5\n`)).toEqual(['p.yaml:6:5: << merges mappings; this is none'])
    expect(problems(`${minimal}---\n${minimal}`)).toEqual([
      'p.yaml:6:1: the file holds several YAML documents; allowed is one',
    ])
  })

  test('shows numbers as they are, a mistake once, and nothing for an empty file', () => {
    expect(problems(`workers: 99999999999999999999\nrateLimit: .nan\n${minimal}`)).toEqual([
      'p.yaml:1:10: workers is 100000000000000000000; allowed is a whole number from 1 to 64',
      'p.yaml:2:12: rateLimit is NaN; allowed is a number from 0.001 to 1000000',
    ])
    expect(problems('# nothing')[0]).toMatch(
      /^p\.yaml:1:1: the file is empty; allowed is a mapping with the keys/,
    )
  })

  test('refuses headers that cannot be sent, as with the line break that a variable ends in', () => {
    const headers = (text: string, environment = {}) =>
      problems(`${minimal}    headers: ${text}\n`, { environment })
    expect(headers("{ 'x y': a }")).toEqual([
      expect.stringMatching(
        /^p\.yaml:6:23: sources\[0\]\.headers\.x y is \[redacted\]; allowed is a header whose name/,
      ),
    ])
    expect(headers("{ authorization: 'Bearer ${T}' }", { T: 'tell nobody\n' })).toEqual([
      'p.yaml:6:31: sources[0].headers.authorization is "Bearer ${T}" from the environment; allowed is a text without line breaks and control characters, in Latin-1',
    ])
    expect(headers('{ x: "ü \\t", "x-n": 5 }')).toEqual([])
  })

  test('A-14 no credential of a URL is shown, however short', () => {
    const [problem] = problems(minimal.replace('http://', 'http://me:pw@'))
    expect(problem).toContain('baseUrl is "http://[redacted]@127.0.0.1:1"')
  })

  test('an alias bomb is a mistake, not a full memory', () => {
    const levels = Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`)
    expect(problems(['a0: &a0 [x]', ...levels].join('\n'))[0]).toMatch(/alias/i)
  })

  test('a file that cannot be read is a ConfigError that names it', async () => {
    await expect(loadConfig('/nowhere/p.yaml')).rejects.toMatchObject({
      code: 'INVALID_CONFIG',
      message: expect.stringMatching(/^\/nowhere\/p\.yaml: it cannot be read: ENOENT/),
    })
  })
})
