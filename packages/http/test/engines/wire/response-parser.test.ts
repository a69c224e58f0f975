import { describe, expect, test } from 'vitest'
import { ResponseParser } from '../../../src/engines/wire/response-parser.js'
import type { ResponseParserOptions } from '../../../src/engines/wire/response-parser.js'
import { Llhttp } from './llhttp.js'
import { ourVerdict } from './verdict.js'
import type { Verdict } from './verdict.js'

const llhttp = new Llhttp()
const OK = 'HTTP/1.1 200 OK\r\n'

/** Our verdict, cut at every single place and into single bytes too, and checked against llhttp's. */
function verdict(text: string, noBody = false): Verdict {
  const bytes = Buffer.from(text, 'latin1')
  const { messages, end } = ourVerdict(bytes, [], noBody)
  const everywhere = Array.from({ length: bytes.length }, (_, index) => index)
  for (const cuts of [...everywhere.map(cut => [cut]), everywhere]) {
    const { messages: cutMessages, end: cutEnd } = ourVerdict(bytes, cuts, noBody)
    expect({ messages: cutMessages, end: cutEnd }, `cut at ${cuts.join()}`).toEqual({ messages, end })
  }
  return { messages, end }
}

function agreed(text: string, noBody = false): Verdict {
  const ours = verdict(text, noBody)
  const { messages, end } = llhttp.verdict(Buffer.from(text, 'latin1'), [], noBody)
  expect(ours).toEqual({ messages, end })
  return ours
}

const bodies = (found: Verdict): string[] => found.messages.map(message => message.body)

describe('L-7 wire parser, with the verdict of llhttp wherever the bytes are cut:', () => {
  test('L-7 a response of known length', () => {
    expect(agreed(`${OK}Content-Length: 5\r\n\r\nhello`)).toEqual({
      messages: [{ status: 200, keepAlive: true, body: 'hello' }],
      end: 'ok',
    })
  })

  test('L-7 several responses in one chunk', () => {
    const found = agreed(
      `${OK}Content-Length: 1\r\n\r\na\r\n${OK}Content-Length: 2\r\n\r\nbc${OK}Content-Length: 0\r\n\r\n`,
    )
    expect(bodies(found)).toEqual(['a', 'bc', ''])
  })

  test('L-7 the same head again, and again with another length', () => {
    const one = `${OK}Content-Length: 3\r\n\r\n`
    expect(bodies(agreed(`${one}abc${one}def${OK}Content-Length: 2\r\n\r\ngh${one}ijk`))).toEqual([
      'abc',
      'def',
      'gh',
      'ijk',
    ])
  })

  test('L-7 chunked bodies, with extensions and trailers', () => {
    const chunked = `${OK}Transfer-Encoding: chunked\r\n\r\n`
    expect(
      bodies(agreed(`${chunked}3\r\nabc\r\nA;x="a\\"b;"\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n`)),
    ).toEqual(['abc0123456789'])
    expect(agreed(`${chunked}3\r\nabcd\r\n`).end).toBe('refused')
    expect(agreed(`${chunked}g\r\n`).end).toBe('refused')
    expect(agreed(`${chunked}-1\r\n`).end).toBe('refused')
    expect(agreed(`${chunked}\r\n`).end).toBe('refused')
    expect(agreed(`${chunked}3\r\nab`).end).toBe('truncated')
    expect(agreed(`${chunked}ffffffffffffffffff\r\n`).end).toBe('refused')
  })

  test('L-7 no length: the body lasts as long as the connection', () => {
    expect(agreed(`${OK}\r\nall of it`)).toEqual({
      messages: [{ status: 200, keepAlive: false, body: 'all of it' }],
      end: 'ok',
    })
    expect(bodies(agreed(`${OK}Transfer-Encoding: gzip\r\n\r\nall`))).toEqual(['all'])
  })

  test('L-7 interim responses come before the final one', () => {
    const found = agreed(
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n${OK}Content-Length: 1\r\n\r\nx`,
    )
    expect(found.messages.map(message => message.status)).toEqual([100, 103, 200])
  })

  test('L-7 204 and 304 have no body', () => {
    for (const status of ['204 No Content', '304 Not Modified']) {
      expect(bodies(agreed(`HTTP/1.1 ${status}\r\n\r\n${OK}Content-Length: 1\r\n\r\nx`))).toEqual(['', 'x'])
    }
  })

  test('L-7 a response to HEAD has no body, whatever it says', () => {
    expect(
      bodies(agreed(`${OK}Content-Length: 9\r\n\r\n${OK}Transfer-Encoding: chunked\r\n\r\n`, true)),
    ).toEqual(['', ''])
  })

  test('L-7 a connection that closes in mid-body is truncated', () => {
    expect(agreed(`${OK}Content-Length: 9\r\n\r\nabc`)).toEqual({ messages: [], end: 'truncated' })
    expect(agreed(`${OK}Content-Le`).end).toBe('truncated')
    expect(agreed('').end).toBe('ok')
  })

  test.each([
    ['NUL in a value', `${OK}X: a\0b\r\n\r\n`],
    ['NUL in a name', `${OK}X\0: a\r\n\r\n`],
    ['DEL in a value', `${OK}X: a\x7f\r\n\r\n`],
    ['a byte over 127 in a name', `${OK}X\xe9: a\r\n\r\n`],
    ['a space before the colon', `${OK}X : a\r\n\r\n`],
    ['a field without a name', `${OK}: a\r\n\r\n`],
    ['a field without a colon', `${OK}X\r\n\r\n`],
    ['obs-fold', `${OK}X: a\r\n b\r\nContent-Length: 0\r\n\r\n`],
    ['obs-fold after an empty value', `${OK}X:\r\n b\r\n\r\n`],
    ['a bare LF', `${OK}X: a\nContent-Length: 0\r\n\r\n`],
    ['a bare CR', `${OK}X: a\rb\r\n\r\n`],
    ['two differing Content-Length', `${OK}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`],
    ['a list of lengths that differ', `${OK}Content-Length: 1, 2\r\n\r\nab`],
    [
      'a length that differs after two equal ones',
      `${OK}Content-Length: 1, 1\r\nContent-Length: 2\r\n\r\nab`,
    ],
    ['a list of lengths that ends in a comma', `${OK}Content-Length: 1,\r\n\r\na`],
    ['a list of lengths that begins with a comma', `${OK}Content-Length: ,1\r\n\r\na`],
    ['lengths without a comma', `${OK}Content-Length: 1 1\r\n\r\na`],
    [
      'two equal Content-Length and Transfer-Encoding',
      `${OK}Content-Length: 1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
    ],
    ['a signed length', `${OK}Content-Length: +1\r\n\r\na`],
    ['an empty length', `${OK}Content-Length: \r\n\r\n`],
    ['a length beyond all bounds', `${OK}Content-Length: 99999999999999999999999\r\n\r\n`],
    ['Content-Length and Transfer-Encoding', `${OK}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`],
    ['Transfer-Encoding and Content-Length', `${OK}Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n`],
    ['bytes after Connection: close', `${OK}Connection: close\r\nContent-Length: 1\r\n\r\nab`],
    ['an unknown version', 'HTTP/3.1 200 OK\r\n\r\n'],
    ['no version', '200 OK\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n'],
    ['NUL for a digit of the version', 'HTTP/\0.1 200 OK\r\n\r\n'],
  ])('L-7 %s is refused', (_, text) => {
    expect(agreed(text).end).toBe('refused')
  })

  test.each([
    ['lines', 'Content-Length: 5\r\nServer: x\r\ncontent-length:5 '],
    ['three lines', 'Content-Length: 5\r\nContent-Length: 5\r\nContent-Length: 5'],
    ['a list', 'Content-Length: 5, 5'],
    ['a list with other spaces, and a line', 'Content-Length: 5 ,5,  5 \r\nContent-Length: 05'],
  ])('N-45 equal lengths told twice are one: %s', (_, lengths) => {
    const one = `${OK}${lengths}\r\n\r\nhello`
    expect(verdict(one + one)).toEqual(agreed(`${OK}Content-Length: 5\r\n\r\nhello`.repeat(2)))
  })

  test.each([
    ['a status below 100', 'HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n'],
    ['a switch of protocols', 'HTTP/1.1 101 X\r\nUpgrade: y\r\nConnection: upgrade\r\n\r\n'],
    ['another protocol', 'RTSP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n'],
    ['an empty Transfer-Encoding', `${OK}Transfer-Encoding:\r\n\r\n`],
    ['a status line that ends in two CRs', 'HTTP/1.1 200 OK\r\r\r\n'],
    ['a length over 2^53 - 1', `${OK}Content-Length: 9007199254740993\r\n\r\n`],
  ])('L-7 %s is refused, on purpose, though llhttp takes it', (_, text) => {
    expect(verdict(text).end).toBe('refused')
  })

  test.each([
    ['Connection: close', '1.1', false],
    ['connection: foo , CLOSE', '1.1', false],
    ['Connection: closed', '1.1', true],
    ['X: y', '1.1', true],
    ['X: y', '1.0', false],
    ['Connection: Keep-Alive', '1.0', true],
  ])('L-7 keep-alive after "%s" of HTTP/%s: %s', (field, version, keepAlive) => {
    const [message] = agreed(`HTTP/${version} 200 OK\r\n${field}\r\nContent-Length: 0\r\n\r\n`).messages
    expect(message?.keepAlive).toBe(keepAlive)
  })
})

describe('L-7 limits:', () => {
  const fault = (text: string, options: ResponseParserOptions, step: number): string | undefined => {
    const parser = new ResponseParser(options)
    const bytes = Buffer.from(text, 'latin1')
    for (let at = 0; at < bytes.length && parser.fault === undefined; at += step) {
      parser.execute(bytes, at, Math.min(at + step, bytes.length))
    }
    return parser.fault
  }
  const long = 'y'.repeat(300)

  test.each([1, 7, 64, 1e6])('L-7 a head block over the limit is refused, in pieces of %d bytes', step => {
    const head = `${OK}A: ${long}\r\nB: ${long}\r\nContent-Length: 0\r\n\r\n`
    expect(fault(head, { maxHeadBytes: head.length }, step)).toBeUndefined()
    expect(fault(head, { maxHeadBytes: head.length - 1 }, step)).toBe('HEAD_TOO_LARGE')
  })

  test.each([1, 7, 64, 1e6])('L-7 a line over the limit is refused, in pieces of %d bytes', step => {
    expect(fault(`${OK}A: ${long}\r\n\r\n`, { maxLineBytes: 310 }, step)).toBeUndefined()
    for (const text of [
      `${OK}A: ${long}\r\n\r\n`,
      `HTTP/1.1 200 ${long}\r\n\r\n`,
      `${OK}Transfer-Encoding: chunked\r\n\r\n1;${long}\r\n`,
    ]) {
      expect(fault(text, { maxLineBytes: 200 }, step)).toBe('HEAD_TOO_LARGE')
    }
  })

  test('L-7 trailers count towards the head', () => {
    const trailers = `${OK}Transfer-Encoding: chunked\r\n\r\n0\r\n${`T: ${long}\r\n`.repeat(100)}\r\n`
    expect(fault(trailers, { maxHeadBytes: 16_384 }, 64)).toBe('HEAD_TOO_LARGE')
  })

  test('L-7 blank lines before a response do not go on for ever', () => {
    expect(fault('\r\n'.repeat(20_000), {}, 100)).toBe('HEAD_TOO_LARGE')
  })

  test('L-7 a head of ten thousand tiny fields neither hangs nor overflows', () => {
    const head = `${OK}${'A:b\r\n'.repeat(10_000)}Content-Length: 0\r\n\r\n`
    expect(fault(head, { maxHeadBytes: 1e6 }, 1e6)).toBeUndefined()
  })
})

test('the head is kept as it came, however it was cut', () => {
  const head = `${OK}Server: x\r\nContent-Length: 1\r\n\r\n`
  const bytes = Buffer.from(`${head}a`)
  for (let cut = 0; cut < bytes.length; cut++) {
    const parser = new ResponseParser({ keepHead: true })
    parser.execute(bytes, 0, cut)
    if (!parser.complete) parser.execute(bytes, cut, bytes.length)
    expect(parser.head).toBe(head)
  }
})
