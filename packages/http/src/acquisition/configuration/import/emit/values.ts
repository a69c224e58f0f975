import type { Constant, Expression } from '../jinja/index.js'
import { isDict, isList, literal, str } from '../jinja/index.js'
import { Refusal } from '../manifest/refusal.js'
import type { Templates } from '../manifest/templates.js'
import { settingsIn } from '../manifest/templates.js'
import { fieldName, jsonataOf } from './jsonata.js'
import { mapped } from './known-ways.js'
import { wayOf } from './paths.js'

/** A value of a pipeline file. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined }

/** What a stream's templates may refer to, and how the pipeline calls it: `project.id`. */
export interface Scope {
  /** What stands at this way into the slice; undefined for what is not there. */
  readonly slice: (keys: readonly (string | number)[]) => string | undefined
  /** What is the same for the whole stream: a list of one value. */
  readonly fixed?: (keys: readonly (string | number)[]) => Constant | undefined
  /** What a page is asked for by, where a template may refer to it. */
  readonly token?: PageToken | undefined
}

/** `next_page_token`, as the pipeline calls it. */
export interface PageToken {
  readonly reference: string
  /** With this value there is none in the manifest. Default: where the reference has no value. */
  readonly none?: number | undefined
  /** Every page has it. */
  readonly isAlways?: boolean | undefined
}

/** The root of the value that also the first page has. */
const PAGE = 'pagination'

const SLICES: ReadonlySet<string> = new Set(['stream_slice', 'stream_partition', 'stream_interval'])

/** Writes what is left of templates as the pipeline has it. */
export class Values {
  readonly #templates: Templates
  readonly #scope: Scope

  constructor(templates: Templates, scope: Scope) {
    this.#templates = templates
    this.#scope = scope
  }

  /** The reference that an expression is: `project.id`, `since`. */
  referenceOf(expression: Expression): string | undefined {
    if (expression.kind === 'call' && expression.of.kind === 'name' && expression.of.name === 'now_utc')
      return 'now'
    if (expression.kind === 'filter' && ['string', 'join', 'safe', 'int', 'trim'].includes(expression.name)) {
      return this.referenceOf(expression.of)
    }
    if (isJoin(expression)) return this.referenceOf(expression.args[0] ?? expression)
    const way = wayOf(expression)
    if (way === undefined) return undefined
    if (isToken(expression) && this.#scope.token?.none === undefined) return this.#scope.token?.reference
    if (way.root === PAGE) return this.#scope.token?.reference
    return SLICES.has(way.root) && way.keys.length > 0 ? this.#scope.slice(way.keys) : undefined
  }

  /** As a text with references; undefined where it would need an expression. */
  text(given: Expression): string | undefined {
    const expression = this.settled(given)
    if (expression.kind === 'text') return this.#joined(expression.parts)
    return this.#joined([expression])
  }

  /** With what the slice holds for all requests alike, and without what it does not hold. */
  settled(given: Expression): Expression {
    const expression = this.#withFirstPage(given)
    return this.#templates.again(expression, way => {
      if (!SLICES.has(way.root) || way.keys.length === 0) return undefined
      if (this.#scope.slice(way.keys) === undefined) return { value: undefined }
      const value = this.#scope.fixed?.(way.keys)
      return value === undefined ? undefined : { value }
    })
  }

  /** `next_page_token or 0` where the first page has the number 0. */
  #withFirstPage(expression: Expression): Expression {
    const { token } = this.#scope
    if (token?.none === undefined) return expression
    const change = (one: Expression): Expression => {
      const isFirst =
        one.kind === 'binary' &&
        one.operator === 'or' &&
        isToken(one.left) &&
        one.right.kind === 'constant' &&
        one.right.value === token.none
      return isFirst ? { kind: 'name', name: PAGE } : mapped(one, change)
    }
    return change(expression)
  }

  #joined(parts: readonly Expression[]): string | undefined {
    let text = ''
    for (const part of unquoted(parts)) {
      // In a longer text, what may have no value needs an expression.
      if (parts.length > 1 && isToken(part) && this.#scope.token?.isAlways !== true) return undefined
      const reference = this.referenceOf(part)
      if (reference !== undefined) text += `${text.endsWith('{') ? '{' : ''}{${reference}}`
      else if (part.kind === 'constant')
        text += literalText(parts.length === 1 ? wholeText(part.value) : str(part.value))
      else if (part.kind === 'setting') text += `\${${part.variable}}`
      else return undefined
    }
    return text
  }

  /** A text in a place that takes no expression, such as the path. @throws Refusal where it would need one. */
  plainText(given: Expression, what: string): string {
    const expression = this.settled(given)
    const text = this.text(expression)
    if (text !== undefined) return text
    this.#check(expression, what)
    throw new Refusal(`expression in ${what}`, `${what} is an expression`)
  }

  /**
   * A value of a request: a text, or `{ expr }`; undefined for one that is left out. `isTyped`: as JSON, where
   * "7" is a number.
   */
  request(given: Expression, what: string, isTyped: boolean): Json | undefined {
    const expression = this.settled(given)
    if (expression.kind === 'constant') return constantValue(expression.value, isTyped)
    if (expression.kind === 'setting' && isTyped && ['number', 'boolean'].includes(expression.type)) {
      return { expr: `\${${expression.variable}}` }
    }
    if (expression.kind === 'list' && isTyped) {
      return expression.items.map(one => this.request(one, what, true) ?? null)
    }
    return this.text(expression) ?? { expr: this.computed(expression, what) }
  }

  /** As an expression. @throws Refusal where it would calculate with a setting. */
  computed(given: Expression, what: string): string {
    const expression = this.settled(given)
    this.#check(expression, what)
    return this.#optional(expression)
  }

  /** What is nothing is left out, and no empty text. */
  #optional(expression: Expression): string {
    if (expression.kind !== 'if') return this.expression(expression, '')
    const { test, then, otherwise } = expression
    const isOpen = otherwise.kind === 'constant' && (otherwise.value ?? '') === ''
    const rest = isOpen ? '' : ` : ${this.#optional(otherwise)}`
    return `(${this.expression(test, '')} ? ${this.#optional(then)}${rest})`
  }

  /** In JSONata; `sign` stands before the roots. */
  expression(expression: Expression, sign: '' | '$'): string {
    return jsonataOf(this.settled(expression), (root, keys) => {
      if (root === 'now') return `${sign}now`
      if (root === 'record' && sign === '$') return recordWay(keys)
      const token = sign === '' ? this.#tokenText(root, keys) : undefined
      if (token !== undefined) return token
      if (!SLICES.has(root)) {
        if (
          root === 'record' ||
          ['headers', 'response', 'next_page_token', 'last_record', 'stream_state'].includes(root)
        ) {
          throw new Refusal('expression', `${root} is not known there`)
        }
        return undefined
      }
      const reference = this.#scope.slice(keys)
      if (reference === undefined)
        throw new Refusal('unknown slice', `${root}.${keys.join('.')} is not known`)
      const [name = '', ...rest] = reference.split('.')
      return [sign + fieldName(name), ...rest.map(fieldName)].join('.')
    })
  }

  #tokenText(root: string, keys: readonly (string | number)[]): string | undefined {
    const { token } = this.#scope
    if (token === undefined || root === PAGE) return token?.reference
    if (!isTokenWay(root, keys)) return undefined
    const { reference, none } = token
    return none === undefined ? reference : `(${reference} > ${none} ? ${reference})`
  }

  #check(expression: Expression, what: string): void {
    const names = settingsIn(expression)
    if (names.length > 0) throw this.#templates.needing(names, `${what} calculates with a setting`)
  }
}

function isToken(expression: Expression): boolean {
  const way = wayOf(expression)
  return way !== undefined && isTokenWay(way.root, way.keys)
}

/** What follows of a page is a mapping of one key, or nothing. */
function isTokenWay(root: string, keys: readonly (string | number)[]): boolean {
  return root === 'next_page_token' && keys.every((key, at) => at === 0 && key === root)
}

function isJoin(expression: Expression): expression is Extract<Expression, { kind: 'call' }> {
  if (expression.kind !== 'call' || expression.of.kind !== 'item') return false
  const { of, key } = expression.of
  return key.kind === 'constant' && key.value === 'join' && of.kind === 'constant' && of.value === ','
}

/** A way into the value that is looked at. */
export function recordWay(keys: readonly (string | number)[]): string {
  if (keys.length === 0) return '$'
  const steps = keys.map((key, at) =>
    typeof key === 'number' ? `[${key}]` : `${at === 0 ? '' : '.'}${fieldName(key)}`,
  )
  return typeof keys[0] === 'number' ? `$${steps.join('')}` : steps.join('')
}

/** Quotes around the whole keep the CDK from reading a text as anything else; they are not sent. */
function unquoted(parts: readonly Expression[]): readonly Expression[] {
  const [first, last] = [parts[0], parts.at(-1)]
  if (parts.length < 2 || first?.kind !== 'constant' || last?.kind !== 'constant') return parts
  const [start, end] = [str(first.value), str(last.value)]
  const [sign] = start
  if ((sign !== "'" && sign !== '"') || !end.endsWith(sign)) return parts
  const inner = [start.slice(1), ...parts.slice(1, -1), end.slice(0, -1)]
  return inner.map(one => (typeof one === 'string' ? { kind: 'constant', value: one } : one))
}

/** Quotes around a whole text are not part of it. */
function wholeText(value: Constant): string {
  const read = typeof value === 'string' ? literal(value) : value
  return typeof read === 'string' ? read : str(value)
}

/** Braces and `${` of the manifest stand for themselves. */
export function literalText(text: string): string {
  return text.replaceAll('${', () => '$${').replace(/(?<!\$)\{(?=[{A-Za-z_])/g, '{{')
}

function constantValue(value: Constant, isTyped: boolean): Json | undefined {
  if (value === undefined || value === null) return undefined
  const read = typeof value === 'string' ? literal(value) : value
  if (isTyped) return typedValue(read)
  if (isList(read)) return read.map(one => literalText(str(one)))
  if (typeof value === 'string') return literalText(typeof read === 'string' ? read : value)
  return typeof read === 'number' || typeof read === 'boolean'
    ? read === true
      ? 'True'
      : read === false
        ? 'False'
        : read
    : literalText(str(read))
}

export function typedValue(value: Constant): Json {
  if (value === undefined || value === null) return null
  if (typeof value === 'string') return literalText(value)
  if (typeof value !== 'object') return value
  if (isList(value)) return value.map(typedValue)
  if (isDict(value))
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, typedValue(one)]))
  return literalText(str(value))
}
