import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isSecretHeader, isSecretName, Secrets } from '../../../src/acquisition/secrets/secrets.js'

const secret = 'pa$$ w/rd+"ü'

describe('Secrets', () => {
  test.each([
    ['by value', secret],
    ['URL-encoded', encodeURIComponent(secret)],
    ['URL-encoded in lower case', encodeURIComponent(secret).toLowerCase()],
    ['as a form field', new URLSearchParams({ k: secret }).toString().slice(2)],
    ['in JSON', JSON.stringify(secret).slice(1, -1)],
    ['in Base64', Buffer.from(secret).toString('base64')],
    ['in Base64 for URLs', Buffer.from(secret).toString('base64url')],
  ])('A-14 a secret is redacted %s', (_form, text) => {
    expect(new Secrets([secret]).redact(`before ${text} after`)).toMatch(/^before \[redacted\]=* after$/)
  })

  test('A-14 a secret inside something longer in Base64 is redacted, at any offset', () => {
    const secrets = new Secrets(['correct horse battery'])
    for (const user of ['', 'a', 'ab', 'abc', 'abcd']) {
      const header = Buffer.from(`${user}:correct horse battery!`).toString('base64')
      const shown = secrets.redact(`Basic ${header}`)
      expect(shown).toContain('[redacted]')
      expect(Buffer.from(shown.replace(/Basic |\[redacted\]/g, ''), 'base64').toString('latin1')).not.toMatch(
        /hors|batt/,
      )
    }
  })

  test('A-14 whatever the secret and the text around it, the secret is gone', () => {
    const values = fc
      .string({ minLength: 4, maxLength: 30, unit: 'grapheme' })
      .filter(value => !'[redacted]'.includes(value))
    fc.assert(
      fc.property(values, fc.string(), fc.string(), (value, before, after) => {
        const secrets = new Secrets([value])
        expect(secrets.redact(`${before}|${value}|${after}`).split('[redacted]').join('')).not.toContain(
          value,
        )
        expect(secrets.redact(`?k=${encodeURIComponent(value)}&`)).toContain('[redacted]')
      }),
    )
  })

  test('A-14 of two secrets that hold one another the longer is taken first', () => {
    expect(new Secrets(['abcd', 'abcdefgh']).redact('x abcdefgh y abcd z')).toBe(
      'x [redacted] y [redacted] z',
    )
  })

  test('A-14 the beginning of a secret that was cut off with the text around it is redacted too', () => {
    const secrets = new Secrets(['correct horse', 'correct battery staple'])
    expect(secrets.redact('it begins with "key=CORRECT bat…" and goes on…')).toBe(
      'it begins with "key=CORRECT bat…" and goes on…'.replace('CORRECT bat', '[redacted]'),
    )
    expect(secrets.redact('a text that ends in cor…')).toBe('a text that ends in cor…')
  })

  test('takes characters of patterns for what they are, and leaves other text alone', () => {
    const secrets = new Secrets(['a.b*c(d', 'x', ''])
    expect(secrets.redact('axbxc a.b*c(d x')).toBe('axbxc [redacted] x')
    expect(new Secrets().redact('text')).toBe('text')
  })

  test('knows credentials by the names of headers and parameters', () => {
    expect(['Authorization', 'cookie', 'X-API-Key', 'X-Auth-Token', 'apikey'].every(isSecretHeader)).toBe(
      true,
    )
    expect(['accept', 'user-agent', 'x-request-id'].some(isSecretHeader)).toBe(false)
    expect(['key', 'api_key', 'apikey', 'access_token', 'token', 'password', 'sig'].every(isSecretName)).toBe(
      true,
    )
    expect(['page', 'keyword', 'pageToken', 'next_page_token', 'cursor'].some(isSecretName)).toBe(false)
  })

  test('A-14 learns values while a run goes on, and forgets none', () => {
    const secrets = new Secrets(['configured'])
    expect(secrets.redact('configured minted')).toBe('[redacted] minted')
    secrets.add('minted', 'a/b+c', 'abc')
    expect(secrets.redact('configured minted a%2Fb%2Bc abc')).toBe('[redacted] [redacted] [redacted] abc')
    expect(secrets.credentials).toEqual(['configured', 'minted', 'a/b+c'])
  })
})
