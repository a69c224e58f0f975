import { textOf } from '../manifest/component.js'
import type { Constant, Expression } from '../jinja/index.js'
import { isList, str, truthy } from '../jinja/index.js'
import { Refusal } from '../manifest/refusal.js'
import { dateText, millisIn, picture } from './jsonata-dates.js'
import { hashed, isKnownName, lengthOf, MOST, rounded, searched, stripped } from './jsonata-filters.js'
import { wayOf } from './paths.js'
import { unsayable } from './unsayable.js'

/** How a stream's own words are called in an expression. @returns undefined for a way that leads nowhere. */
export type NameOf = (root: string, keys: readonly (string | number)[]) => string | undefined

/** An expression in JSONata that gives what the template gives. @throws Refusal for what has no counterpart. */
export function jsonataOf(expression: Expression, nameOf: NameOf): string {
  return new JsonataWriter(nameOf).write(expression)
}

type Arguments = readonly Expression[]
type Filter = Extract<Expression, { kind: 'filter' }>

class JsonataWriter {
  readonly #nameOf: NameOf

  constructor(nameOf: NameOf) {
    this.#nameOf = nameOf
  }

  write(of: Expression): string {
    const way = wayOf(of)
    const named = way === undefined ? undefined : this.#nameOf(way.root, way.keys)
    if (named !== undefined) return named
    switch (of.kind) {
      case 'constant':
        return constantText(of.value)
      case 'item':
        return this.#item(of.of, of.key)
      case 'slice':
        return this.#slice(of.of, of.start, of.stop)
      case 'call':
        return this.#call(of)
      case 'filter':
        return this.#filter(of)
      case 'test':
        return this.#test(of.name, this.write(of.of), of.args)
      case 'not':
        // Of what is not there, $not() would be nothing.
        return `(${this.#truth(of.of)} ? false : true)`
      case 'negate':
        return `-(${this.write(of.of)})`
      case 'binary':
        return this.#binary(of)
      case 'if':
        return `(${this.#truth(of.test)} ? ${this.write(of.then)} : ${this.write(of.otherwise)})`
      case 'list':
        return `[${of.items.map(one => this.write(one)).join(', ')}]`
      case 'dict':
        return `{${of.entries.map(([key, value]) => `${this.write(key)}: ${this.write(value)}`).join(', ')}}`
      case 'text':
        return of.parts.length === 0 ? '""' : `(${of.parts.map(one => this.write(one)).join(' & ')})`
      default:
        throw unsayable(of)
    }
  }

  #truth(test: Expression): string {
    return this.write(test)
  }

  #item(of: Expression, key: Expression): string {
    const value = this.write(of)
    // A place in a text is a sign of it there, and all of it here.
    if (key.kind === 'constant' && typeof key.value === 'number' && isText(of)) throw unsayable(of)
    if (key.kind !== 'constant') return `$lookup(${value}, ${this.write(key)})`
    return typeof key.value === 'number'
      ? `(${value})[${key.value}]`
      : `${value}.${fieldName(str(key.value))}`
  }

  #slice(of: Expression, start: Expression | undefined, stop: Expression | undefined): string {
    const text = this.write(of)
    const [from, to] = [numberOf(start) ?? 0, numberOf(stop)]
    if (to === undefined) return `$substring(${text}, ${from})`
    if (from < 0) throw new Refusal('expression', 'a slice that begins from the end is not understood')
    return to < 0
      ? `$substring(${text}, ${from}, $length(${text}) - ${from - to})`
      : `$substring(${text}, ${from}, ${to - from})`
  }

  #call(call: Extract<Expression, { kind: 'call' }>): string {
    const { of, args, named } = call
    if (of.kind === 'name') return this.#function(of.name, args, named, call)
    if (of.kind === 'item' && of.key.kind === 'constant' && Object.keys(named).length === 0)
      return this.#method(of.of, str(of.key.value), args, call)
    throw unsayable(call)
  }

  #function(
    name: string,
    args: Arguments,
    named: Readonly<Record<string, Expression>>,
    of: Expression,
  ): string {
    const [first, second, third] = args
    const format = textIn(second ?? named['format'])
    switch (name) {
      case 'now_utc':
      case 'today_utc':
        return `$fromMillis(${this.#millis(of)}, ${picture(name === 'now_utc' ? '%Y-%m-%d %H:%M:%S.%f+00:00' : '%Y-%m-%d')})`
      case 'format_datetime':
        return this.#formatted(first, format, textIn(third ?? named['input_format']), of)
      case 'day_delta':
        return dateText(
          this.#millis(of),
          this.#formatIn(named['format'] ?? second, '%Y-%m-%dT%H:%M:%S.%f%z', of),
        )
      case 'timestamp':
        if (first === undefined) throw unsayable(of)
        return `(${this.#millis(first)} / 1000)`
      case 'str_to_datetime':
        return `$fromMillis(${this.#millis(of)})`
      case 'max':
      case 'min':
        return this.#extreme(name, args)
      case 'sanitize_url':
        return `$replace($encodeUrlComponent(${args.map(one => this.write(one)).join(', ')}), "%20", "+")`
      default:
        throw unsayable(of)
    }
  }

  #formatted(
    value: Expression | undefined,
    format: string | undefined,
    input: string | undefined,
    of: Expression,
  ): string {
    if (value === undefined || format === undefined) throw unsayable(of)
    return dateText(input === undefined ? this.#millis(value) : millisIn(this.write(value), input), format)
  }

  #extreme(name: 'max' | 'min', args: Arguments): string {
    const [a = '', b] = args.map(one => this.write(one))
    return b === undefined ? `$${name}(${a})` : `(${a} ${name === 'max' ? '>' : '<'} ${b} ? ${a} : ${b})`
  }

  /** A date as milliseconds. */
  #millis(of: Expression): string {
    if (of.kind === 'call' && of.of.kind === 'name') {
      const [first] = of.args
      if (of.of.name === 'now_utc') return `$toMillis(${this.#now()})`
      if (of.of.name === 'today_utc') return `$toMillis($substring(${this.#now()}, 0, 10))`
      if (of.of.name === 'day_delta' && first !== undefined) {
        return `($toMillis(${this.#now()}) + ${this.write(first)} * 86400000)`
      }
      if (of.of.name === 'str_to_datetime' && first !== undefined) return `$toMillis(${this.write(first)})`
    }
    if (
      of.kind === 'binary' &&
      (of.operator === '-' || of.operator === '+') &&
      of.right.kind === 'constant'
    ) {
      const { value } = of.right
      if (typeof value === 'object' && value !== null && 'ms' in value) {
        return `(${this.#millis(of.left)} ${of.operator} ${textOf(value.ms)})`
      }
    }
    return `$toMillis(${this.write(of)})`
  }

  #formatIn(given: Expression | undefined, preset: string | undefined, of: Expression): string {
    const format = given === undefined ? preset : textIn(given)
    if (format === undefined) throw unsayable(of)
    return format
  }

  #now(): string {
    return this.#nameOf('now', []) ?? '$now'
  }

  #method(value: Expression, name: string, args: Arguments, of: Expression): string {
    const given = args.map(one => this.write(one))
    if (name === 'strftime') return dateText(this.#millis(value), this.#formatIn(args[0], undefined, of))
    if (name === 'timestamp') return `(${this.#millis(value)} / 1000)`
    const text = this.write(value)
    switch (name) {
      case 'split':
        // At any space, which $trim() makes a single one.
        if (args.length === 0) return `$split($trim(${text}), " ")`
        if (args.length === 1) return `$split(${text}, ${given[0] ?? ''})`
        throw unsayable(of)
      case 'replace':
        return replaced(text, args, given)
      case 'lower':
        return `$lowercase(${text})`
      case 'upper':
        return `$uppercase(${text})`
      case 'strip':
      case 'lstrip':
      case 'rstrip':
        return stripped(text, args, name, of)
      case 'startswith':
        return `($substring(${text}, 0, $length(${given[0] ?? ''})) = ${given[0] ?? ''})`
      case 'endswith':
        return `($substring(${text}, -$length(${given[0] ?? ''})) = ${given[0] ?? ''})`
      case 'join':
        return `$join(${given[0] ?? ''}, ${text})`
      case 'get':
        return `$lookup(${text}, ${given[0] ?? ''})`
      case 'keys':
        return `$keys(${text})`
      case 'values':
        return `$map($keys(${text}), function($key) { $lookup(${text}, $key) })`
      default:
        throw unsayable(of)
    }
  }

  #filter(filter: Filter): string {
    const { of, name, args, named } = filter
    const value = this.write(of)
    const given = args.map(one => this.write(one))
    const attribute = textIn(named['attribute'])
    const simple: Readonly<Record<string, string>> = {
      // Python cuts off what stands behind the point.
      int: `($number(${value}) < 0 ? $ceil($number(${value})) : $floor($number(${value})))`,
      float: `$number(${value})`,
      string: `$string(${value})`,
      tojson: `$string(${value})`,
      lower: `$lowercase(${value})`,
      upper: `$uppercase(${value})`,
      abs: `$abs(${value})`,
      length: lengthOf(value),
      count: lengthOf(value),
      first: `($type(${value}) = "string" ? $substring(${value}, 0, 1) : (${value})[0])`,
      last: `($type(${value}) = "string" ? $substring(${value}, -1) : (${value})[-1])`,
      list: `[${value}]`,
      safe: value,
      urlencode: `$replace($encodeUrlComponent(${value}), "%2F", "/")`,
      unique: `$distinct(${value})`,
      max: `$max(${value})`,
      min: `$min(${value})`,
      join: `$join(${value}${attribute === undefined ? '' : attributePath(attribute)}.$string(), ${given[0] ?? '""'})`,
      default: `(${isAlways(args[1]) ? value : `$exists(${value})`} ? ${value} : ${given[0] ?? '""'})`,
    }
    if (args.length > (MOST[name] ?? 0) || !Object.keys(named).every(key => isKnownName(name, key)))
      throw unsayable(filter)
    if (Object.hasOwn(simple, name)) return simple[name] ?? value
    if (name === 'trim') return stripped(value, args, 'strip', filter)
    if (name === 'round') return rounded(value, args, filter)
    if (name === 'replace') return replaced(value, args, given)
    if (name === 'map' && attribute !== undefined) return value + attributePath(attribute)
    if (name === 'hash') return hashed(of, value, textIn(args[0] ?? named['hash_type']) ?? 'md5', filter)
    if (name === 'regex_search') return searched(value, textIn(args[0]), filter)
    if (
      name === 'selectattr' &&
      args.length === 3 &&
      ['equalto', '==', 'eq'].includes(textIn(args[1]) ?? '')
    ) {
      return `${value}[${fieldName(textIn(args[0]) ?? '')} = ${given[2] ?? ''}]`
    }
    throw unsayable(filter)
  }

  #test(name: string, value: string, args: Arguments): string {
    switch (name) {
      case 'defined':
        return `$exists(${value})`
      case 'undefined':
        return `$not($exists(${value}))`
      case 'none':
        return `($not($exists(${value})) or ${value} = null)`
      case 'string':
      case 'number':
      case 'boolean':
        return `($type(${value}) = "${name}")`
      case 'mapping':
        return `($type(${value}) = "object")`
      case 'true':
      case 'false':
        return `(${value} = ${name})`
      case 'equalto':
        return `(${value} = ${args.map(one => this.write(one)).join('')})`
      default:
        throw new Refusal('expression', `the test ${name} is not understood`)
    }
  }

  #binary(binary: Extract<Expression, { kind: 'binary' }>): string {
    const { operator, left, right } = binary
    if (operator === 'in') return this.#contains(left, right)
    const [a, b] = [this.write(left), this.write(right)]
    switch (operator) {
      case 'or':
        return `(${a} ? ${a} : ${b})`
      case 'and':
        return `(${a} ? ${b} : ${a})`
      case '==':
        return isNull(right) ? this.#test('none', a, []) : `(${a} = ${b})`
      case '!=':
        return isNull(right) ? `$not(${this.#test('none', a, [])})` : `$not(${a} = ${b})`
      case '~':
        return `(${a} & ${b})`
      case '+':
        return isNumber(left) || isNumber(right)
          ? `(${a} + ${b})`
          : `($type(${a}) = "string" or $type(${b}) = "string" ? ${a} & ${b} : ${a} + ${b})`
      case '//':
        return `$floor(${a} / ${b})`
      case '%':
        // What is left has the sign of what is divided by.
        return `(${a} - ${b} * $floor(${a} / ${b}))`
      case '**':
        return `$power(${a}, ${b})`
      default:
        return `(${a} ${operator} ${b})`
    }
  }

  #contains(value: Expression, container: Expression): string {
    const way = wayOf(container)
    const key = textIn(value)
    if (way !== undefined && way.keys.length === 0 && key !== undefined) {
      const named = this.#nameOf(way.root, [key])
      if (named !== undefined) return `$exists(${named})`
    }
    const [one, all] = [this.write(value), this.write(container)]
    if (container.kind === 'list' || (container.kind === 'constant' && isList(container.value)))
      return `(${one} in ${all})`
    if (container.kind === 'constant') return `$contains(${all}, ${one})`
    return `($type(${all}) = "string" ? $contains(${all}, ${one}) : $type(${all}) = "object" ? $exists($lookup(${all}, ${one})) : ${one} in ${all})`
  }
}

/** What a call gives is a text, unless it is one of these. */
function isText(of: Expression): boolean {
  if (of.kind !== 'call') return false
  const name = of.of.kind === 'item' && of.of.key.kind === 'constant' ? of.of.key.value : undefined
  return !['split', 'keys', 'values', 'get'].includes(textOf(name))
}

/** A name in a path. */
export function fieldName(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) && !['and', 'or', 'in', 'true', 'false', 'null'].includes(name)
    ? name
    : `\`${name}\``
}

function constantText(value: Constant): string {
  if (value === undefined) return '""'
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (isList(value)) return `[${value.map(constantText).join(', ')}]`
  if ('ms' in value && typeof value.ms === 'number') return JSON.stringify(str(value))
  return JSON.stringify(value)
}

function isNull(expression: Expression): boolean {
  return expression.kind === 'constant' && (expression.value === null || expression.value === undefined)
}

/** `default(x, true)` also stands for what is empty. */
function isAlways(expression: Expression | undefined): boolean {
  return expression?.kind === 'constant' && truthy(expression.value)
}

function isNumber(expression: Expression): boolean {
  if (expression.kind === 'filter') return ['int', 'float', 'length', 'count'].includes(expression.name)
  return expression.kind === 'constant' && typeof expression.value === 'number'
}

function textIn(expression: Expression | undefined): string | undefined {
  return expression?.kind === 'constant' && typeof expression.value === 'string'
    ? expression.value
    : undefined
}

function numberOf(expression: Expression | undefined): number | undefined {
  if (expression === undefined) return undefined
  if (expression.kind === 'constant' && typeof expression.value === 'number') return expression.value
  throw new Refusal('expression', 'a slice whose ends are not numbers is not understood')
}

function replaced(text: string, args: Arguments, [from = '', to = '', most]: readonly string[]): string {
  if (args.length < 2) throw new Refusal('expression', 'replace() needs two texts')
  return `$replace(${[text, from, to, ...(most === undefined ? [] : [most])].join(', ')})`
}

function attributePath(attribute: string): string {
  return `.${attribute.split('.').map(fieldName).join('.')}`
}
