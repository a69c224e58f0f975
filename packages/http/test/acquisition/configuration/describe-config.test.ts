import { describe, expect, test } from 'vitest'
import { load, minimal, problems } from './config-rig.js'

describe('what is shown of a configuration', () => {
  const text = minimal.replace(
    '    mapping',
    `    headers: { authorization: Bearer hunter2hunter2, accept: text/json, x-tenant: '\${TENANT}' }
    query: { api_key: abcd1234, lang: de }
    mapping`,
  )
  const environment = { TENANT: 'acme-secret', PIPELINE_GRACE: '1s' }

  test('each value says where it came from', () => {
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
      'sinks: [] # default',
    ])
    expect(lines).toContain('sources[0].limits.rate: 5 # default')
    expect(lines).toContain('sources[0].limits.retry.baseDelay: 500ms # default')
  })

  test('A-14 no secret is shown: by place, by ${NAME}, or in an error', () => {
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

  test('A-14 the redactor knows all of them, and no plain URL', () => {
    const { secrets } = load(text.replace('http://127.0.0.1:1', '${URL}'), {
      environment: { ...environment, URL: 'http://127.0.0.1:1' },
    })
    expect(
      secrets.redact('http://127.0.0.1:1 Bearer hunter2hunter2 hunter2hunter2 acme-secret abcd1234 de'),
    ).toBe('http://127.0.0.1:1 [redacted] [redacted] [redacted] [redacted] de')
  })
})
