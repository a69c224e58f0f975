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

  const odd = `p@ss/w+rd="<&'\\ü ${'x'.repeat(3)}`
  const everyByte = (text: string, write: (byte: string) => string): string =>
    [...Buffer.from(text)].map(byte => write(byte.toString(16).padStart(2, '0'))).join('')
  const everyUnit = (text: string, write: (code: number) => string): string =>
    Array.from({ length: text.length }, (_, at) => write(text.charCodeAt(at))).join('')
  const json = JSON.stringify(odd).slice(1, -1)
  const base64 = Buffer.from(`user:${odd}`).toString('base64')
  const html = odd.replace(/[^a-z0-9]/g, sign => `&#${sign.charCodeAt(0)};`)

  test.each([
    ['with \\/ as PHP writes it', json.replaceAll('/', '\\/')],
    ['as \\uXXXX', everyUnit(odd, code => `\\u${code.toString(16).padStart(4, '0')}`)],
    [
      'as \\uXXXX in capitals',
      everyUnit(odd, code => `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`),
    ],
    ['as \\u{X}', everyUnit(odd, code => `\\u{${code.toString(16)}}`)],
    ['as \\xXX', everyUnit(odd, code => `\\x${code.toString(16).padStart(2, '0')}`)],
    ['in JSON in JSON', JSON.stringify(JSON.stringify(odd)).slice(3, -3)],
    ['percent-encoded in full', everyByte(odd, byte => `%${byte}`)],
    ['percent-encoded in full, in capitals', everyByte(odd, byte => `%${byte.toUpperCase()}`)],
    ['percent-encoded but for /', encodeURIComponent(odd).replaceAll('%2F', '/')],
    ['percent-encoded twice', encodeURIComponent(encodeURIComponent(odd))],
    ['percent-encoded three times', encodeURIComponent(encodeURIComponent(encodeURIComponent(odd)))],
    ['percent-encoded as Latin-1', escape(odd)],
    [
      'with named entities',
      odd
        .replace('&', '&amp;')
        .replace('<', '&lt;')
        .replace('"', '&quot;')
        .replace("'", '&apos;')
        .replace('ü', '&uuml;')
        .replace('/', '&sol;')
        .replace('+', '&plus;'),
    ],
    ['with decimal entities', html],
    [
      'with hexadecimal entities',
      odd.replace(/[^a-z0-9]/g, sign => `&#X00${sign.charCodeAt(0).toString(16)};`),
    ],
    ['with entities that are escaped', html.replaceAll('&', '&amp;')],
    ['in Base64, escaped', base64.replaceAll('/', '\\/').replaceAll('+', '\\u002b')],
    ['in Base64 for URLs, percent-encoded', encodeURIComponent(base64)],
    ['in Base64 of Latin-1', Buffer.from(`user:${odd}`, 'latin1').toString('base64')],
    ['in Base64 of Base64', Buffer.from(Buffer.from(odd).toString('base64')).toString('base64')],
    ['in hex', Buffer.from(odd).toString('hex')],
    ['decomposed', odd.normalize('NFD')],
    ['as UTF-8 that was read as Latin-1', Buffer.from(odd).toString('latin1')],
    ['in JSON in a URL', encodeURIComponent(JSON.stringify({ k: odd }))],
  ])('N-28 a secret is redacted %s', (_, text) => {
    const secrets = new Secrets([odd])
    for (const [before, after] of [
      ['', ''],
      ['before ', ' after'],
      ['{"body":"', '"}'],
    ])
      expect(secrets.redact(`${before}${text}${after}`)).toMatch(
        /^(?:before |\{"body":")?(?:%7B%22k%22%3A%22|\w{0,7})\[redacted\](?:%22%7D|[\w=%]{0,4})(?: after|"\})?$/,
      )
  })

  test('N-28 escapes around a secret stay as they are, and JSON stays JSON', () => {
    const secrets = new Secrets(['tok/en"1'])
    const text = String.raw`{"a":"\u00fc \n%41&amp;","b":"x\ttok\/en\"1\ty","c":"\\"}`
    expect(secrets.redact(text)).toBe(String.raw`{"a":"\u00fc \n%41&amp;","b":"x\t[redacted]\ty","c":"\\"}`)
  })

  test('N-28 a secret that is an escape itself is found, as it is and escaped', () => {
    const secrets = new Secrets(['a%2Fb&amp;c'])
    for (const text of ['a%2Fb&amp;c', 'a%252Fb%26amp%3Bc', 'a%2Fb&amp;amp;c', 'a/b&c'])
      expect(secrets.redact(`<${text}>`)).toBe('<[redacted]>')
  })

  test('N-28 what was cut off in the middle of a secret is redacted, in escapes too', () => {
    const secrets = new Secrets(['correct/horse+battery'])
    expect(secrets.redact('a correct%2Fhorse%2Bba… b')).toBe('a [redacted]… b')
    expect(secrets.redact('a correct%2Fhorse%2… b')).toBe('a [redacted]… b')
    expect(secrets.redact('a correct\\u002fhorse\\u00… b')).toBe('a [redacted]… b')
  })

  test('N-28 a secret of any length is found, and so are two that overlap', () => {
    const long = Array.from({ length: 60_000 }, (_, at) =>
      String.fromCharCode(97 + ((at * 7 + (at >> 3)) % 26)),
    ).join('')
    expect(new Secrets([long]).redact(`x ${encodeURIComponent(`${long}/`)} y`)).toBe('x [redacted]%2F y')
    expect(new Secrets(['abcdef', 'defghi']).redact('1 abcdefghi 2')).toBe('1 [redacted] 2')
    expect(new Secrets(['ΣΊΣΥΦΟΣ']).redact('ΣΊΣΥΦΟΣΑ')).toBe('[redacted]Α')
  })

  test('N-28 a long text with escapes everywhere is gone through in portions', () => {
    const text = `${'\\u00e4'.repeat(400_000)}s3cr\\u0065t${'%41'.repeat(100_000)}`
    expect(new Secrets(['s3cret']).redact(text)).toBe(text.replace('s3cr\\u0065t', '[redacted]'))
  })

  test('N-28 whatever the secret and however it is written, it is gone', () => {
    const writings: ((text: string) => string)[] = [
      text => text,
      text => encodeURIComponent(text),
      text => JSON.stringify(text).slice(1, -1),
      text => everyUnit(text, code => `\\u${code.toString(16).padStart(4, '0')}`),
      text => text.replace(/[^a-z0-9]/gi, sign => `&#${sign.codePointAt(0)};`),
    ]
    const secret = fc.stringMatching(/^[!-~äöüß]{6,24}$/)
    fc.assert(
      fc.property(secret, fc.shuffledSubarray(writings, { maxLength: 3 }), (value, chain) => {
        const text = chain.reduce((written, write) => write(written), value)
        expect(new Secrets([value]).redact(`(${text})`)).toBe('([redacted])')
      }),
    )
  })
})
