import type { Expression, Operator } from './expression.js'
import { constant, TemplateError } from './expression.js'
import type { Token } from './lexer.js'
import { tokensOf } from './lexer.js'

/** From what binds least to what binds most. */
const LEVELS: readonly (readonly Operator[])[] = [['+', '-'], ['~'], ['*', '/', '//', '%'], ['**']]
const COMPARISONS: readonly Operator[] = ['==', '!=', '<', '<=', '>', '>=', 'in']
const WORDS: Readonly<Record<string, boolean | null>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
}

/** Reads an expression, with the precedence that Jinja gives its operators. */
export class ExpressionParser {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(source: string) {
    this.#tokens = tokensOf(source)
  }

  /** The whole source as one expression. @throws TemplateError when it is none. */
  parse(): Expression {
    const found = this.expression()
    this.end()
    return found
  }

  /** An expression, and maybe more behind it. */
  expression(): Expression {
    let found = this.#or()
    while (this.takes('if')) {
      const test = this.#or()
      const otherwise = this.takes('else') ? this.expression() : constant(undefined)
      found = { kind: 'if', test, then: found, otherwise }
    }
    return found
  }

  end(): void {
    if (this.#token.type !== 'end')
      throw new TemplateError(`${JSON.stringify(this.#token.text)} is not expected`)
  }

  /** Whether the next token is this word or sign; then it is read. */
  takes(text: string): boolean {
    const { type, text: next } = this.#token
    if (next !== text || (type !== 'name' && type !== 'sign')) return false
    this.#at++
    return true
  }

  expect(text: string): void {
    if (!this.takes(text)) {
      throw new TemplateError(`${JSON.stringify(this.#token.text)} stands where ${text} is expected`)
    }
  }

  name(): string {
    const { type, text } = this.#token
    if (type !== 'name') throw new TemplateError(`${JSON.stringify(text)} stands where a name is expected`)
    this.#at++
    return text
  }

  get #token(): Token {
    return this.#tokens[this.#at] ?? { type: 'end', text: '' }
  }

  #or(): Expression {
    let left = this.#and()
    while (this.takes('or')) left = { kind: 'binary', operator: 'or', left, right: this.#and() }
    return left
  }

  #and(): Expression {
    let left = this.#not()
    while (this.takes('and')) left = { kind: 'binary', operator: 'and', left, right: this.#not() }
    return left
  }

  #not(): Expression {
    return this.takes('not') ? { kind: 'not', of: this.#not() } : this.#comparison()
  }

  /** `a < b < c` compares each with the next. */
  #comparison(): Expression {
    let left = this.#level(0)
    let all: Expression | undefined
    for (;;) {
      const operator = COMPARISONS.find(one => this.takes(one))
      const isNegated = operator === undefined && this.takes('not')
      if (operator === undefined && !isNegated) return all ?? left
      if (isNegated) this.expect('in')
      const right = this.#level(0)
      const found: Expression = { kind: 'binary', operator: operator ?? 'in', left, right }
      const one: Expression = isNegated ? { kind: 'not', of: found } : found
      all = all === undefined ? one : { kind: 'binary', operator: 'and', left: all, right: one }
      left = right
    }
  }

  #level(level: number): Expression {
    const operators = LEVELS[level]
    if (operators === undefined) return this.#unary()
    let left = this.#level(level + 1)
    for (;;) {
      const operator = operators.find(one => this.takes(one))
      if (operator === undefined) return left
      left = { kind: 'binary', operator, left, right: this.#level(level + 1) }
    }
  }

  /** A sign binds more than a filter. */
  #unary(isFiltered = true): Expression {
    const signed = this.#signed()
    return isFiltered ? this.#filtered(signed) : signed
  }

  #signed(): Expression {
    if (this.takes('-')) return { kind: 'negate', of: this.#unary(false) }
    if (this.takes('+')) return this.#unary(false)
    return this.#postfix(this.#primary())
  }

  #primary(): Expression {
    const { type, text } = this.#token
    if (this.takes('(')) return this.#bracketed()
    if (this.takes('[')) return { kind: 'list', items: this.#items(']') }
    if (this.takes('{')) return this.#dict()
    this.#at++
    if (type === 'text') return constant(this.#texts(text))
    if (type === 'number') return constant(numberOf(text))
    if (type !== 'name') throw new TemplateError(`${JSON.stringify(text)} is not expected`)
    return Object.hasOwn(WORDS, text) ? constant(WORDS[text]) : { kind: 'name', name: text }
  }

  /** Texts side by side are one. */
  #texts(first: string): string {
    let whole = first
    while (this.#token.type === 'text') {
      whole += this.#token.text
      this.#at++
    }
    return whole
  }

  /** `(1)` is 1, and `(1,)` a list of it. */
  #bracketed(): Expression {
    const items = this.#items(')')
    const isTuple = this.#tokens[this.#at - 2]?.text === ','
    return items.length === 1 && items[0] !== undefined && !isTuple ? items[0] : { kind: 'list', items }
  }

  #items(closing: string): Expression[] {
    const items: Expression[] = []
    while (!this.takes(closing)) {
      items.push(this.expression())
      if (!this.takes(',')) {
        this.expect(closing)
        break
      }
    }
    return items
  }

  #dict(): Expression {
    const entries: [Expression, Expression][] = []
    while (!this.takes('}')) {
      const key = this.expression()
      this.expect(':')
      entries.push([key, this.expression()])
      if (!this.takes(',')) {
        this.expect('}')
        break
      }
    }
    return { kind: 'dict', entries }
  }

  #postfix(start: Expression): Expression {
    let of = start
    for (;;) {
      if (this.takes('.')) of = { kind: 'item', of, key: this.#attribute() }
      else if (this.takes('[')) of = this.#subscript(of)
      else if (this.takes('(')) of = { kind: 'call', of, ...this.#arguments() }
      else return of
    }
  }

  #attribute(): Expression {
    const { type, text } = this.#token
    if (type !== 'number') return constant(this.name())
    this.#at++
    return constant(Number(text))
  }

  #subscript(of: Expression): Expression {
    const start = this.#bound()
    if (!this.takes(':')) {
      this.expect(']')
      return { kind: 'item', of, key: start ?? constant(undefined) }
    }
    const stop = this.#bound()
    this.expect(']')
    return { kind: 'slice', of, start, stop }
  }

  #bound(): Expression | undefined {
    const { type, text } = this.#token
    return type === 'sign' && (text === ':' || text === ']') ? undefined : this.expression()
  }

  #arguments(): { args: Expression[]; named: Record<string, Expression> } {
    const args: Expression[] = []
    const named: Record<string, Expression> = {}
    while (!this.takes(')')) {
      if (this.#token.type === 'name' && this.#tokens[this.#at + 1]?.text === '=') {
        const name = this.name()
        this.expect('=')
        named[name] = this.expression()
      } else args.push(this.expression())
      if (!this.takes(',')) {
        this.expect(')')
        break
      }
    }
    return { args, named }
  }

  #filtered(start: Expression): Expression {
    let of = start
    for (;;) {
      if (this.takes('|')) {
        const name = this.name()
        const given = this.takes('(') ? this.#arguments() : { args: [], named: {} }
        of = this.#postfix({ kind: 'filter', of, name, ...given })
      } else if (this.takes('is')) of = this.#test(of)
      else return of
    }
  }

  #test(of: Expression): Expression {
    const isNegated = this.takes('not')
    const name = this.name()
    const { args } = this.takes('(') ? this.#arguments() : { args: [] }
    const test: Expression = { kind: 'test', of, name, args }
    return isNegated ? { kind: 'not', of: test } : test
  }
}

/** @throws TemplateError for one that a double does not hold. */
function numberOf(text: string): number {
  const value = Number(text.replaceAll('_', ''))
  if (/^[\d_]+$/.test(text) && !Number.isSafeInteger(value))
    throw new TemplateError(`${text} is too large a number`)
  return value
}
