import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../../src/acquisition/configuration/config-error.js'
import type { ConfigInputs } from '../../../src/acquisition/configuration/load-config.js'
import { loadConfig, parseConfig } from '../../../src/acquisition/configuration/load-config.js'
import { planIdentity } from '../../../src/acquisition/configuration/plan-identity.js'
import { settings, settingsHelp } from '../../../src/acquisition/configuration/settings.js'

const minimal = `sources:
  - name: shop
    baseUrl: http://127.0.0.1:1
    pagination: { type: page, pageSize: 10 }
    mapping: { id: { path: id } }
`
const load = (text: string, inputs: ConfigInputs = {}) =>
  parseConfig(text, 'p.yaml', { environment: {}, ...inputs })
const problems = (text: string, inputs: ConfigInputs = {}) => {
  try {
    load(text, inputs)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.message.split('\n')
  }
}

describe('a pipeline file', () => {
  it('needs little: everything else has its default', () => {
    expect(load(minimal).config).toEqual({
      output: 'out',
      timeoutMs: 60_000,
      graceMs: 5000,
      workers: 4,
      memoryBytes: 64 * 1024 ** 2,
      sources: [
        {
          name: 'shop',
          baseUrl: 'http://127.0.0.1:1',
          path: '',
          query: {},
          headers: {},
          pagination: {
            type: 'page',
            pageParam: 'page',
            firstPage: 1,
            pageSize: 10,
            stopAfterEmpty: 1,
            stopOnShortPage: false,
            maxPages: 10_000,
          },
          records: '',
          mapping: { id: { type: 'string', path: 'id', required: true } },
          limits: {
            ratePerSecond: 5,
            concurrency: 4,
            timeoutMs: 10_000,
            maxPageBytes: 50 * 1024 ** 2,
            retry: { maxAttempts: 4, baseDelayMs: 500, maxDelayMs: 30_000, jitter: 'none' },
            breaker: { failureThreshold: 3, openStateDurationMs: 5000 },
            giveUpAfterMs: 30_000,
          },
        },
      ],
    })
  })

  it('sends numbers and booleans of the query as texts', () => {
    const text = minimal.replace('    mapping', '    query: { limit: 10, all: true }\n    mapping')
    expect(load(text).config.sources[0]?.query).toEqual({ limit: '10', all: 'true' })
  })

  it.each(['1.10', '12345678901234567890'])('refuses %s in the query, which YAML would change', number => {
    const text = minimal.replace('    mapping', `    query: { version: ${number} }\n    mapping`)
    expect(problems(text)[0]).toContain(
      'allowed is a text, a whole number, true or false; other numbers in quotes',
    )
    expect(load(text.replace(number, `'${number}'`)).config.sources[0]?.query).toEqual({ version: number })
  })

  it('takes anchors and merge keys', () => {
    const text = `${minimal}    limits: &polite { rate: 2, concurrency: 1 }
  - name: other
    baseUrl: http://127.0.0.1:2
    pagination: { type: page, pageSize: 10 }
    mapping: { id: { path: id } }
    limits: { <<: *polite, timeout: 1m }
`
    expect(load(text).config.sources[1]?.limits).toMatchObject({
      ratePerSecond: 2,
      concurrency: 1,
      timeoutMs: 60_000,
    })
  })

  it('names path, value, what is allowed and the line, for every mistake at once', () => {
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
      'p.yaml:5:11: sources[0].name is "a b"; allowed is a name of letters, digits, _ and -',
      'p.yaml:6:14: sources[0].baseUrl is "ftp://x"; allowed is an http or https URL without query and credentials',
      'p.yaml:7:25: sources[0].pagination.type is "pge"; allowed is one of page, offset, cursor, nextUrl, linkHeader',
      'p.yaml:8:14: sources[0].records is "a..b"; allowed is a path such as data.items, or "" for the page itself',
      'p.yaml:10:7: sources[0].mapping.id is missing; it must be a mapping with the keys path, type, required and more, such as { path: title }',
      'p.yaml:10:35: sources[0].mapping.title.type is "sring"; allowed is one of string, integer, decimal, money, date, boolean',
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
      'p.yaml:22:17: sources[2].pagination.cursorPath is missing; it must be a path such as data.items, images[0].url or ["odd.name"]',
    ])
  })

  it('lists what is allowed where an unknown key is like no other', () => {
    expect(problems(`${minimal}colour: red\n`)[0]).toMatch(
      /^p\.yaml:6:1: colour is an unknown key; allowed are output, timeout/,
    )
  })

  it('reports what is no YAML, an empty file, equal keys, and a list of no source', () => {
    expect(problems('a: [1\nb: {')[0]).toMatch(/^p\.yaml:2:1: Flow sequence/)
    expect(problems('')[0]).toMatch(
      /^p\.yaml:1:1: the file is empty; allowed is a mapping with the keys output/,
    )
    expect(problems('output: a\noutput: b\n')[0]).toMatch(/^p\.yaml:2:1: Map keys must be unique/)
    expect(problems('sources: []')).toEqual([
      'p.yaml:1:10: sources is []; allowed is a list of at least one source',
    ])
    expect(problems('[1]')[0]).toContain('the file is [1]')
  })

  it('says where an alias or a merge goes wrong, and that there is one document', () => {
    expect(problems(`${minimal}    records: *nothing\n`)).toEqual([
      'p.yaml:6:14: Unresolved alias (the anchor must be set before the alias): nothing',
    ])
    expect(problems(`${minimal}    <<: 5\n`)).toEqual([
      'p.yaml:6:5: Merge sources must be maps or map aliases',
    ])
    expect(problems(`${minimal}---\n${minimal}`)).toEqual([
      'p.yaml:6:1: the file holds several YAML documents; allowed is one',
    ])
  })

  it('shows numbers as they are, a mistake once, and nothing for an empty file', () => {
    expect(problems(`workers: 99999999999999999999\nrateLimit: .nan\n${minimal}`)).toEqual([
      'p.yaml:1:10: workers is 100000000000000000000; allowed is a whole number from 1 to 64',
      'p.yaml:2:12: rateLimit is NaN; allowed is a number from 0.001 to 1000000',
    ])
    expect(problems('# nothing')[0]).toMatch(
      /^p\.yaml:1:1: the file is empty; allowed is a mapping with the keys/,
    )
  })

  it('refuses headers that cannot be sent, as with the line break that a variable ends in', () => {
    const headers = (text: string, environment = {}) =>
      problems(`${minimal}    headers: ${text}\n`, { environment })
    expect(headers("{ 'x y': a }")).toEqual([
      expect.stringMatching(
        /^p\.yaml:6:23: sources\[0\]\.headers\.x y is "a"; allowed is a header whose name/,
      ),
    ])
    expect(headers("{ authorization: 'Bearer ${T}' }", { T: 'tell nobody\n' })).toEqual([
      'p.yaml:6:31: sources[0].headers.authorization is "[redacted]"; allowed is a text without line breaks and control characters, in Latin-1',
    ])
    expect(headers('{ x: "ü \\t", "x-n": 5 }')).toEqual([])
  })

  it('A-14 no credential of a URL is shown, however short', () => {
    const [problem] = problems(minimal.replace('http://', 'http://me:pw@'))
    expect(problem).toContain('baseUrl is "http://[redacted]@127.0.0.1:1"')
  })

  it('an alias bomb is a mistake, not a full memory', () => {
    const levels = Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`)
    expect(problems(['a0: &a0 [x]', ...levels].join('\n'))[0]).toMatch(/alias/i)
  })

  it('a file that cannot be read is a ConfigError that names it', async () => {
    await expect(loadConfig('/nowhere/p.yaml')).rejects.toMatchObject({
      code: 'INVALID_CONFIG',
      message: expect.stringMatching(/^\/nowhere\/p\.yaml: it cannot be read: ENOENT/),
    })
  })
})

describe('precedence', () => {
  const file = `timeout: 30s\nworkers: 2\n${minimal}`

  it('flag > environment > file > default', () => {
    const environment = { PIPELINE_TIMEOUT: '20s', PIPELINE_WORKER_POOL_SIZE: '3', PIPELINE_GRACE: '' }
    const timeoutMs = (inputs: ConfigInputs) => load(file, inputs).config.timeoutMs
    expect(load(minimal).config.timeoutMs).toBe(60_000)
    expect(timeoutMs({})).toBe(30_000)
    expect(timeoutMs({ environment })).toBe(20_000)
    expect(timeoutMs({ environment, flags: { timeout: '10s' } })).toBe(10_000)
    expect(load(file, { environment, flags: { workers: 8 } }).config).toMatchObject({
      workers: 8,
      graceMs: 5000,
    })
  })

  it('a rate: flag and environment hold for all sources, the file for those that give none', () => {
    const rates = (inputs: ConfigInputs = {}) =>
      load(
        `rateLimit: 3\n${minimal}    limits: { rate: 2 }\n${minimal.slice('sources:\n'.length).replace('shop', 'other')}`,
        inputs,
      ).config.sources.map(source => source.limits.ratePerSecond)
    expect(rates()).toEqual([2, 3])
    expect(rates({ environment: { PIPELINE_RATE_LIMIT_RPS: '7.5' } })).toEqual([7.5, 7.5])
    expect(rates({ environment: { PIPELINE_RATE_LIMIT_RPS: '7' }, flags: { rateLimit: 9 } })).toEqual([9, 9])
  })

  it('a mistake in a flag or variable is reported under its name', () => {
    expect(
      problems(minimal, {
        environment: { PIPELINE_TIMEOUT: '60', PIPELINE_WORKER_POOL_SIZE: 'x' },
        flags: { memory: '1KB', output: '' },
      }),
    ).toEqual([
      '--output: output is ""; allowed is a folder',
      'PIPELINE_TIMEOUT: timeout is "60"; allowed is a duration of 1ms or more, such as 500ms, 5s, 1m',
      'PIPELINE_WORKER_POOL_SIZE: workers is "x"; allowed is a whole number from 1 to 64',
      '--memory: memory is "1KB"; allowed is a size of 1MiB or more, such as 500KB, 64MiB',
    ])
  })

  it('every global setting has its variable and flag, and the help lists them all', () => {
    const globals = Object.keys(load(minimal).config).filter(key => key !== 'sources')
    expect(settings).toHaveLength(globals.length + 1)
    for (const { variable, flag, defaultText } of settings) {
      expect(settingsHelp()).toMatch(
        new RegExp(`${variable} +${flag.replace(/[<>]/g, '.')} .*\\(${defaultText}\\)`),
      )
    }
  })
})

describe('the environment in the file', () => {
  const withHeader = (value: string) =>
    minimal.replace('    mapping', () => `    headers: { authorization: '${value}' }\n    mapping`)

  it('fills ${NAME}, and leaves $${NAME} as it is written', () => {
    const headers = (value: string) =>
      load(withHeader(value), { environment: { A: 'x', B_2: 'y' } }).config.sources[0]?.headers
    expect(headers('${A}-${B_2}')).toEqual({ authorization: 'x-y' })
    expect(headers('$${A}')).toEqual({ authorization: '${A}' })
    expect(headers('$A')).toEqual({ authorization: '$A' })
  })

  it('an unset or empty variable is an error that names it and its line, once', () => {
    const text = minimal.replace('http://127.0.0.1:1', '${SHOP_URL}')
    const message =
      'p.yaml:3:14: sources[0].baseUrl needs the environment variable SHOP_URL, which is not set'
    expect(problems(text)).toEqual([message])
    expect(problems(text, { environment: { SHOP_URL: '' } })).toEqual([message])
    expect(problems(withHeader('${A B}'))[0]).toContain('holds ${A B}; allowed is ${NAME}')
    expect(problems(withHeader('${A'))[0]).toContain('holds ${A; allowed is ${NAME}')
  })

  it('what a variable holds is no YAML and is not filled in again', () => {
    const environment = { A: '}, x: ${B}' }
    expect(load(withHeader('${A}'), { environment }).config.sources[0]?.headers).toEqual({
      authorization: '}, x: ${B}',
    })
  })
})

describe('what is shown of a configuration', () => {
  const text = minimal.replace(
    '    mapping',
    `    headers: { authorization: Bearer hunter2hunter2, accept: text/json, x-tenant: '\${TENANT}' }
    query: { api_key: abcd1234, lang: de }
    mapping`,
  )
  const environment = { TENANT: 'acme-secret', PIPELINE_GRACE: '1s' }

  it('each value says where it came from', () => {
    const lines = load(`timeout: 30s\n${minimal}`, { environment, flags: { workers: 2 } })
      .describe()
      .replace(/ +/g, ' ')
      .split('\n')
    expect(lines.slice(0, 7)).toEqual([
      'output: out # default',
      'timeout: 30s # p.yaml:1:10',
      'grace: 1s # PIPELINE_GRACE',
      'workers: 2 # --workers',
      'memory: 64MiB # default',
      'rateLimit: 5 # default',
      'sources[0].name: shop # p.yaml:3:11',
    ])
    expect(lines).toContain('sources[0].limits.rate: 5 # default')
    expect(lines).toContain('sources[0].limits.retry.baseDelay: 500ms # default')
  })

  it('A-14 no secret is shown: by place, by ${NAME}, or in an error', () => {
    const shown = load(text, { environment }).describe()
    expect(shown).toContain('sources[0].headers.authorization: [redacted]')
    expect(shown).toContain('sources[0].headers.x-tenant: ${TENANT}')
    expect(shown).toContain('sources[0].query.api_key: [redacted]')
    expect(shown).toContain('sources[0].query.lang: de')
    expect(shown).not.toMatch(/hunter2|acme|abcd1234/)
    const error = problems(text.replace('127.0.0.1:1', 'u:s3cret-pass@h/${TENANT}'), { environment }).join(
      '\n',
    )
    expect(error).toContain('[redacted]')
    expect(error).not.toMatch(/s3cret|acme/)
  })

  it('A-14 the redactor knows all of them, and no plain URL', () => {
    const { secrets } = load(text.replace('http://127.0.0.1:1', '${URL}'), {
      environment: { ...environment, URL: 'http://127.0.0.1:1' },
    })
    expect(
      secrets.redact('http://127.0.0.1:1 Bearer hunter2hunter2 hunter2hunter2 acme-secret abcd1234 de'),
    ).toBe('http://127.0.0.1:1 [redacted] [redacted] [redacted] [redacted] de')
  })
})

describe('the identity of a plan', () => {
  const identity = (text: string, inputs: ConfigInputs = {}) => planIdentity(load(text, inputs).config)

  it('does not depend on limits, settings, order of keys or credentials', () => {
    const key = (value: string) => minimal.replace('    mapping', `    query: { key: ${value} }\n    mapping`)
    expect(identity(`workers: 9\n${minimal}    limits: { rate: 1 }\n`)).toEqual(identity(minimal))
    expect(identity(minimal.replace('{ type: page, pageSize: 10 }', '{ pageSize: 10, type: page }'))).toEqual(
      identity(minimal),
    )
    expect(identity(key('abcd'))).toEqual(identity(key('efgh')))
    expect(identity(key('abcd'))).not.toEqual(identity(minimal))
  })

  it.each([
    ['shop.endpoint', 'http://127.0.0.1:1', 'http://127.0.0.1:2'],
    ['shop.pagination', 'pageSize: 10', 'pageSize: 20'],
    ['shop.mapping', 'path: id', 'path: key'],
    ['shop.records', '    mapping', '    records: items\n    mapping'],
    ['shop.query', '    mapping', '    query: { lang: de }\n    mapping'],
    ['shop.headers', '    mapping', '    headers: { accept-language: de }\n    mapping'],
  ])('a change of %s changes that part and the whole', (part, from, to) => {
    const before = identity(minimal)
    const after = identity(minimal.replace(from, to))
    expect(after.configHash).not.toBe(before.configHash)
    const changed = Object.keys(before.parts).filter(name => before.parts[name] !== after.parts[name])
    expect(changed).toEqual([part])
  })
})
