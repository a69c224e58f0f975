import type { Expression } from './expression.js'
import { constant, TemplateError } from './expression.js'
import { ExpressionParser } from './parser.js'

interface Piece {
  readonly type: 'text' | 'value' | 'statement'
  readonly source: string
}

const MARKS =
  /\{\{([+-]?)((?:'(?:[^'\\]|\\[^])*'|"(?:[^"\\]|\\[^])*"|[^])*?)([+-]?)\}\}|\{%([+-]?)([^]*?)([+-]?)%\}|\{#[^]*?#\}/g

/** Whether a text of the manifest is a template at all. */
export function isTemplate(text: string): boolean {
  return /\{\{|\{%|\{#/.test(text)
}

/**
 * Reads a template. One that is nothing but a single `{{ value }}` is that value; all else is a text.
 * @throws TemplateError when it cannot be read.
 */
export function parseTemplate(text: string): Expression {
  const pieces = piecesOf(text.replace(/\n$/, ''))
  const reader = new PieceReader(pieces)
  const body = reader.body([])
  return body
}

function piecesOf(source: string): Piece[] {
  const pieces: Piece[] = []
  let end = 0
  let strips = false
  const literal = (text: string, before: boolean, after: boolean): void => {
    const left = before ? text.trimStart() : text
    const whole = after ? left.trimEnd() : left
    if (whole !== '') pieces.push({ type: 'text', source: whole })
  }
  for (const match of source.matchAll(MARKS)) {
    const [whole, openValue, value, closeValue, openStatement, statement, closeStatement] = match
    literal(source.slice(end, match.index), strips, (openValue ?? openStatement) === '-')
    strips = (closeValue ?? closeStatement) === '-'
    end = match.index + whole.length
    if (value !== undefined) pieces.push({ type: 'value', source: value })
    if (statement !== undefined) pieces.push({ type: 'statement', source: statement.trim() })
  }
  literal(source.slice(end), strips, false)
  return pieces
}

class PieceReader {
  readonly #pieces: readonly Piece[]
  #at = 0

  constructor(pieces: readonly Piece[]) {
    this.#pieces = pieces
  }

  /** Up to a statement that begins with one of these words, or to the end. */
  body(closing: readonly string[]): Expression {
    const parts: Expression[] = []
    for (;;) {
      const piece = this.#pieces[this.#at]
      if (piece === undefined) {
        if (closing.length > 0) throw new TemplateError(`{% ${closing.at(-1)} %} is missing`)
        break
      }
      if (piece.type === 'statement' && closing.includes(wordOf(piece))) break
      this.#at++
      parts.push(this.#part(piece))
    }
    const [only] = parts
    return parts.length === 1 && only !== undefined ? only : { kind: 'text', parts }
  }

  #part(piece: Piece): Expression {
    if (piece.type === 'text') return constant(piece.source)
    if (piece.type === 'value') return new ExpressionParser(piece.source).parse()
    return this.#statement(piece)
  }

  #statement(piece: Piece): Expression {
    const word = wordOf(piece)
    const rest = piece.source.slice(word.length)
    if (word === 'if') return this.#if(rest)
    if (word === 'set') return set(rest)
    if (word === 'for') return this.#for(rest)
    throw new TemplateError(`{% ${word} %} is not understood`)
  }

  #if(condition: string): Expression {
    const test = new ExpressionParser(condition).parse()
    const then = this.body(['elif', 'else', 'endif'])
    const piece = this.#pieces[this.#at++]
    if (piece === undefined || wordOf(piece) === 'endif')
      return { kind: 'if', test, then, otherwise: constant('') }
    if (wordOf(piece) === 'elif') {
      return { kind: 'if', test, then, otherwise: this.#if(piece.source.slice('elif'.length)) }
    }
    const otherwise = this.body(['endif'])
    this.#at++
    return { kind: 'if', test, then, otherwise }
  }

  #for(head: string): Expression {
    const parser = new ExpressionParser(head)
    const name = parser.name()
    parser.expect('in')
    const over = parser.expression()
    const body = this.body(['endfor'])
    this.#at++
    return { kind: 'for', name, over, body }
  }
}

function set(source: string): Expression {
  const parser = new ExpressionParser(source)
  const name = parser.name()
  parser.expect('=')
  const value = parser.parse()
  return { kind: 'set', name, value }
}

function wordOf({ source }: Piece): string {
  return /^\w*/.exec(source)?.[0] ?? ''
}
