import type { Random } from 'async-patterns'

/**
 * Writes what servers send and what they should not: mostly valid responses in all framings, each piece now
 * and then wrong in a way that parsers are known to differ over, and now and then a byte changed at random.
 */
export class ResponseGenerator {
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  /** A whole connection: one to three responses. */
  connection(): Buffer {
    const responses = Array.from({ length: 1 + this.#upTo(this.#chance(0.6) ? 1 : 3) }, () =>
      this.#response(),
    )
    const repeated = this.#chance(0.3)
      ? Array.from({ length: this.#upTo(3) }, () => this.#pick(responses))
      : []
    const text = [...responses, ...repeated].join('')
    const bytes = Buffer.from(text, 'latin1')
    if (this.#chance(0.25)) this.#damage(bytes)
    return this.#chance(0.1) ? bytes.subarray(0, this.#upTo(bytes.length + 1)) : bytes
  }

  /** Places to cut `length` bytes at. */
  cuts(length: number): number[] {
    if (this.#chance(0.1)) return Array.from({ length }, (_, index) => index)
    return Array.from({ length: this.#upTo(6) }, () => this.#upTo(length + 1))
  }

  chance(probability: number): boolean {
    return this.#chance(probability)
  }

  #response(): string {
    const framing = this.#pick([
      'length',
      'length',
      'length',
      'chunked',
      'chunked',
      'close',
      'none',
      'wild',
    ] as const)
    const body = 'x'.repeat(this.#upTo(40))
    const fields = this.#fields()
    const eol = this.#eol()
    const start = this.#chance(0.03) ? this.#pick(['\r\n', '\n', '\r', ' ']) : ''
    const head = (framed: string[]): string =>
      start +
      this.#statusLine() +
      eol +
      this.#shuffled([...fields, ...framed])
        .map(line => line + this.#eol())
        .join('') +
      this.#eol()
    switch (framing) {
      case 'length':
        return (
          head([
            `${this.#name('Content-Length')}:${this.#blank()}${this.#length(body.length)}${this.#tail()}`,
          ]) + body
        )
      case 'chunked':
        return (
          head([`${this.#name('Transfer-Encoding')}:${this.#blank()}${this.#coding()}${this.#tail()}`]) +
          this.#chunks(body)
        )
      case 'close':
        return head([`Connection: close`]) + (this.#chance(0.5) ? body : '')
      case 'none':
        return head([])
      default:
        return head(this.#wildFraming()) + (this.#chance(0.5) ? body : this.#chunks(body))
    }
  }

  #statusLine(): string {
    const version = this.#rarely('HTTP/1.1', [
      'HTTP/1.0',
      'HTTP/0.9',
      'HTTP/2.0',
      'HTTP/1.2',
      'HTTP/11',
      'http/1.1',
      'HTP/1.1',
      'HTTP/1.',
      'RTSP/1.0',
      'ICE/1.0',
      'HTTP1.1',
      'HTTP/1.1 ',
    ])
    const status = this.#rarely(
      '200',
      [
        '100',
        '101',
        '102',
        '103',
        '204',
        '304',
        '206',
        '404',
        '500',
        '999',
        '099',
        '000',
        '20',
        '2000',
        '2x0',
        ' 200',
        '',
        '-20',
      ],
      0.25,
    )
    const reason = this.#rarely(' OK', [
      '',
      ' ',
      '  Two words',
      ' \x00',
      ' caf\xe9',
      ' a\tb',
      '\t',
      ' a:b',
      'OK',
    ])
    return `${version} ${status}${reason}`
  }

  #fields(): string[] {
    const known = [
      'Server: x',
      'Date: Sat, 21 Nov 2026 10:00:00 GMT',
      'Connection: keep-alive',
      'connection:  Keep-Alive ',
      'X-Empty:',
      'X-Blank: \t ',
      'Proxy-Connection: close',
      'Connection: foo, close',
      'Connection: close , keep-alive',
      'Connection: keep-alive,upgrade',
      'Connection:\tclose\t',
      'Connection: closed',
      'Connection: a,\tclose',
      'Connection: a, \tclose',
      'Connection: keep-alive,close',
      'Connection: clo',
      'Connection: ,,close',
      'Connection: close foo',
      'Connection: close foo, keep-alive',
      'Upgrade: h2c',
      'Connection: upgrade',
      'Upgrade:',
      'X-Obs: \xff\x80',
      'Set-Cookie: a=b; c',
      'X: "quoted, text"',
      'Connection:',
      'Connection: CLOSE',
      'Connectio: close',
      'Connections: close',
      'Content-Lengt: 5',
      'ETag: W/"x"',
      "!#$%&'*+-.^_`|~09: tchar",
    ]
    const bad = [
      'X: \x00',
      'X: a\x7fb',
      'X: \x01',
      ' folded',
      '\tfolded',
      'X Y: z',
      'X : z',
      ': nameless',
      'nocolon',
      'X: a\rb',
      'X: a\nb',
      'X\x00: y',
      'X\xe9: y',
      'X: y\r',
      '',
      'X[]: y',
      'Content-Length : 3',
      'Connection: \x00',
      'Connection: close\x00',
      'X:\r\n folded',
    ]
    const fields = Array.from({ length: this.#upTo(4) }, () => this.#pick(known))
    if (this.#chance(0.08)) fields.push(this.#pick(bad))
    return fields
  }

  #wildFraming(): string[] {
    const choices = [
      'Content-Length: 5',
      'Content-Length: 5',
      'Content-Length: 7',
      'Content-Length: 5, 5',
      'Content-Length: +5',
      'Content-Length: -5',
      'Content-Length: 0x5',
      'Content-Length: 5 5',
      'Content-Length:',
      'Content-Length: 5;',
      'Content-Length: 18446744073709551616',
      'Content-Length: 9007199254740993',
      'Content-Length: 00000000000000000000005',
      'Content-Length: 5\t',
      'Content-Length: 5.0',
      'Content-Length: \x00',
      'Transfer-Encoding: chunked',
      'Transfer-Encoding: identity',
      'Transfer-Encoding: gzip, chunked',
      'Transfer-Encoding: chunked, gzip',
      'Transfer-Encoding: chunked, chunked',
      'Transfer-Encoding: chunkedx',
      'Transfer-Encoding: xchunked',
      'Transfer-Encoding: CHUNKED',
      'Transfer-Encoding:',
      'Transfer-Encoding: chunked,',
      'Transfer-Encoding: ,chunked',
      'Transfer-Encoding: chunked ',
      'Transfer-Encoding: chunked\t',
      'Transfer-Encoding: chunk, chunked',
      'Transfer-Encoding: gzip,\tchunked',
      'Transfer-Encoding: gzip ,chunked',
      'Transfer-Encoding: "chunked"',
      'Transfer-Encoding: chunked;q=1',
      'Transfer-Encoding: a b, chunked',
      'Transfer-Encoding: chunked\x00',
    ]
    return Array.from({ length: this.#upTo(4) }, () => this.#pick(choices))
  }

  #length(actual: number): string {
    return this.#rarely(
      String(actual),
      [String(actual + 1), String(Math.max(0, actual - 1)), `0${actual}`, `${actual}x`, ''],
      0.1,
    )
  }

  #coding(): string {
    return this.#rarely('chunked', ['Chunked', 'gzip, chunked', 'chunked , chunked', 'gzip,chunked'])
  }

  #chunks(body: string): string {
    let text = ''
    for (let at = 0; at < body.length; ) {
      const size = Math.min(body.length - at, 1 + this.#upTo(20))
      text +=
        this.#chunkSize(size) + this.#extension() + this.#eol() + body.slice(at, at + size) + this.#eol()
      at += size
    }
    const trailers = this.#chance(0.15)
      ? this.#pick([
          'T: x',
          'Connection: close',
          'Content-Length: 3',
          'Transfer-Encoding: gzip',
          'Transfer-Encoding: chunked',
          'bad',
          'Upgrade: x',
          'T: \x00',
        ]) + this.#eol()
      : ''
    return `${this.#rarely('0', ['00', '000', '0x0', ''], 0.05)}${this.#extension()}${this.#eol()}${trailers}${this.#eol()}`.replace(
      /^/,
      text,
    )
  }

  #chunkSize(size: number): string {
    const hex = size.toString(16)
    return this.#rarely(
      hex,
      [
        hex.toUpperCase(),
        `0${hex}`,
        `0x${hex}`,
        `${hex} `,
        ` ${hex}`,
        `${hex}g`,
        `-${hex}`,
        '',
        'ffffffffffffffffff',
        '20000000000001',
        `${hex}\t`,
      ],
      0.06,
    )
  }

  #extension(): string {
    if (!this.#chance(0.1)) return ''
    return this.#pick([
      ';a',
      ';a=b',
      ';a=b;c=d',
      ';a="b"',
      ';a="b\\"c"',
      ';a="b',
      '; a',
      ';',
      ';;',
      ';a=',
      ';=b',
      ';a=b"c"',
      ';a="b"c',
      ';a="\x7f"',
      ';a="\x01"',
      ';a="\\\x7f"',
      ';a="\\\x00"',
      ';a="\xe9";b',
      ';a b',
      ';a="b" ',
      ';a\x00',
      ';a="x\\',
    ])
  }

  #name(name: string): string {
    return this.#rarely(
      name,
      [name.toLowerCase(), name.toUpperCase(), `${name}s`, name.slice(1), `${name} `, name.replace('-', '_')],
      0.1,
    )
  }

  #blank(): string {
    return this.#rarely(' ', ['', '  ', '\t', ' \t '], 0.1)
  }

  #tail(): string {
    return this.#rarely('', [' ', '\t', '  ', '\x0b', ','], 0.05)
  }

  #eol(): string {
    return this.#rarely('\r\n', ['\n', '\r', '\r\r\n', '\r\n ', ' \r\n', '\n\r', ''], 0.004)
  }

  #damage(bytes: Buffer): void {
    if (bytes.length === 0) return
    for (let i = 0; i <= this.#upTo(2); i++) {
      const odd = this.#pick([
        0,
        9,
        10,
        13,
        32,
        34,
        44,
        45,
        48,
        58,
        59,
        61,
        92,
        127,
        128,
        255,
        this.#upTo(256),
      ])
      bytes[this.#upTo(bytes.length)] = odd
    }
  }

  #rarely(usual: string, odd: readonly string[], probability = 0.08): string {
    return this.#chance(probability) ? this.#pick(odd) : usual
  }

  #shuffled(lines: string[]): string[] {
    return this.#chance(0.5) ? lines : lines.toReversed()
  }

  #chance(probability: number): boolean {
    return this.#random() < probability
  }

  #upTo(limit: number): number {
    return Math.floor(this.#random() * limit)
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[this.#upTo(choices.length)] as T
  }
}
