import type { Binary, Call, Constant, Expression, Filter, SettingType, Slice } from './expression.js'
import { calculated } from './arithmetic.js'
import { constant, Moment, NothingThere, TemplateError } from './expression.js'
import { applyFilter, applyTest } from './filters.js'
import { attributeOf, macros, TEMPORAL } from './macros.js'
import { callMethod } from './methods.js'
import { isList, str, truthy } from './python.js'
import { characters } from './python-text.js'

/** What is known when a template is read. */
export interface Knowledge {
  /** A setting of the source, by its path. */
  readonly setting: (path: readonly string[]) => SettingValue
  /** What names stand for; a name that is not here stays. */
  readonly names: Readonly<Record<string, Expression>>
  /** The present, where a value may be fixed to it; else what depends on it stays. */
  readonly now?: Moment | undefined
}

export type SettingValue =
  | { readonly is: 'value'; readonly value: Constant }
  | { readonly is: 'variable'; readonly variable: string; readonly type: SettingType }
  /** It holds other settings. */
  | { readonly is: 'group' }

/** Puts in all that is known, and leaves the rest. @throws TemplateError when it cannot be worked out. */
export function reduce(expression: Expression, knowledge: Knowledge): Expression {
  return new Reducer(knowledge).reduce(expression)
}

class Reducer {
  readonly #knowledge: Knowledge
  readonly #names: Map<string, Expression>

  constructor(knowledge: Knowledge) {
    this.#knowledge = knowledge
    this.#names = new Map(Object.entries(knowledge.names))
  }

  reduce(of: Expression): Expression {
    switch (of.kind) {
      case 'constant':
      case 'setting':
        return of
      case 'name':
        return this.#names.get(of.name) ?? of
      case 'item':
        return this.#item(this.reduce(of.of), this.reduce(of.key))
      case 'slice':
        return this.#slice(of)
      case 'call':
        return this.#call(of)
      case 'filter':
        return this.#filter(of)
      case 'test':
        return this.#test(
          of.name,
          this.reduce(of.of),
          of.args.map(one => this.reduce(one)),
        )
      case 'not':
        return this.#not(this.reduce(of.of))
      case 'negate':
        return this.#negate(this.reduce(of.of))
      case 'binary':
        return this.#binary(of)
      case 'if':
        return this.#if(of)
      case 'list':
        return this.#list(of.items.map(one => this.reduce(one)))
      case 'dict':
        return this.#dict(of.entries.map(([key, value]) => [this.reduce(key), this.reduce(value)]))
      case 'text':
        return this.#text(of.parts)
      case 'set':
        this.#names.set(of.name, this.reduce(of.value))
        return constant('')
      case 'for':
        return this.#for(of.name, this.reduce(of.over), of.body)
    }
  }

  #item(of: Expression, key: Expression): Expression {
    const path = settingPath({ kind: 'item', of, key })
    if (path !== undefined) return this.#setting(path)
    if (of.kind === 'constant' && key.kind === 'constant') return constant(attributeOf(of.value, key.value))
    if (of.kind === 'constant' && of.value === undefined) throw new NothingThere(str(of.value))
    if (of.kind === 'dict' && key.kind === 'constant') {
      const found = of.entries.find(([name]) => name.kind === 'constant' && name.value === key.value)
      if (found !== undefined) return found[1]
    }
    if (of.kind === 'list' && key.kind === 'constant' && typeof key.value === 'number') {
      return of.items.at(key.value) ?? constant(undefined)
    }
    return { kind: 'item', of, key }
  }

  #setting(path: readonly string[]): Expression {
    const found = this.#knowledge.setting(path)
    if (found.is === 'value') return constant(found.value)
    if (found.is === 'variable') return { kind: 'setting', variable: found.variable, type: found.type }
    return groupOf(path)
  }

  #slice({ of: whole, start, stop }: Slice): Expression {
    const of = this.reduce(whole)
    const [from, to] = [start, stop].map(one => (one === undefined ? undefined : this.reduce(one)))
    const value = of.kind === 'constant' ? of.value : undefined
    const bounds = [from, to].every(one => one === undefined || one.kind === 'constant')
    if (!bounds || (typeof value !== 'string' && !isList(value)))
      return { kind: 'slice', of, start: from, stop: to }
    const [first, last] = [numberIn(from), numberIn(to)]
    return constant(isList(value) ? value.slice(first, last) : characters(value).slice(first, last).join(''))
  }

  #call({ of, args: given, named: givenNamed }: Call): Expression {
    const args = given.map(one => this.reduce(one))
    const named = Object.fromEntries(
      Object.entries(givenNamed).map(([name, one]) => [name, this.reduce(one)]),
    )
    if (of.kind === 'name' && !this.#names.has(of.name)) return this.#macro(of.name, args, named)
    if (of.kind === 'item' && of.key.kind === 'constant') {
      return this.#method(this.reduce(of.of), str(of.key.value), args, named)
    }
    return { kind: 'call', of: this.reduce(of), args, named }
  }

  #macro(name: string, args: readonly Expression[], named: Readonly<Record<string, Expression>>): Expression {
    const macro = Object.hasOwn(macros, name) ? macros[name] : undefined
    if (macro === undefined) throw new TemplateError(`the function ${name} is not understood`)
    const { now } = this.#knowledge
    const values = constantsOf([...args, ...Object.values(named)])
    if (values === undefined || (now === undefined && TEMPORAL.has(name))) {
      return { kind: 'call', of: { kind: 'name', name }, args, named }
    }
    const namedValues = Object.keys(named).map((key, at) => [key, values[args.length + at]] as const)
    return constant(
      macro(values.slice(0, args.length), Object.fromEntries(namedValues), now ?? new Moment(0)),
    )
  }

  #method(
    of: Expression,
    name: string,
    args: readonly Expression[],
    named: Readonly<Record<string, Expression>>,
  ): Expression {
    const group = settingPath(of)
    const [first, fallback = constant(null)] = args
    if (name === 'get' && first?.kind === 'constant') {
      if (group !== undefined) return this.#orElse(this.#setting([...group, str(first.value)]), fallback)
      if (of.kind !== 'constant') return withDefault({ kind: 'item', of, key: first }, fallback)
    }
    if (name === 'join' && first?.kind === 'setting' && of.kind === 'constant' && of.value === ',')
      return first
    const values = constantsOf([of, ...args])
    const names = Object.keys(named)
    const namedValues = constantsOf(Object.values(named))
    if (values === undefined || namedValues === undefined || of.kind !== 'constant')
      return { kind: 'call', of: { kind: 'item', of, key: constant(name) }, args, named }
    const given = Object.fromEntries(names.map((key, at) => [key, namedValues[at]]))
    return constant(callMethod(of.value, name, values.slice(1), given))
  }

  #orElse(value: Expression, fallback: Expression): Expression {
    return value.kind === 'constant' && value.value === undefined ? fallback : value
  }

  #filter({ of: value, name, args: given, named: givenNamed }: Filter): Expression {
    const of = this.reduce(value)
    const args = given.map(one => this.reduce(one))
    const named = Object.fromEntries(Object.entries(givenNamed).map(([key, one]) => [key, this.reduce(one)]))
    if (of.kind === 'setting' && isSameText(name, args)) return of
    const values = constantsOf([of, ...args, ...Object.values(named)])
    if (values === undefined || of.kind !== 'constant') return { kind: 'filter', of, name, args, named }
    const namedValues = Object.keys(named).map((key, at) => [key, values[1 + args.length + at]] as const)
    return constant(
      applyFilter(of.value, name, values.slice(1, 1 + args.length), Object.fromEntries(namedValues)),
    )
  }

  #test(name: string, of: Expression, args: readonly Expression[]): Expression {
    const isSet = of.kind === 'setting' || settingPath(of) !== undefined
    if (isSet && name === 'defined') return constant(true)
    if (isSet && (name === 'none' || name === 'undefined')) return constant(false)
    const values = constantsOf([of, ...args])
    if (values === undefined || of.kind !== 'constant') return { kind: 'test', of, name, args }
    return constant(applyTest(of.value, name, values.slice(1)))
  }

  #not(of: Expression): Expression {
    const known = knownTruth(of)
    return known === undefined ? { kind: 'not', of } : constant(!known)
  }

  #negate(of: Expression): Expression {
    if (of.kind === 'constant' && typeof of.value === 'number') return constant(-of.value)
    return { kind: 'negate', of }
  }

  #if({ test: condition, then, otherwise }: Extract<Expression, { kind: 'if' }>): Expression {
    const test = this.reduce(condition)
    const known = knownTruth(test)
    if (known !== undefined) return this.reduce(known ? then : otherwise)
    return { kind: 'if', test, then: this.reduce(then), otherwise: this.reduce(otherwise) }
  }

  #binary({ operator, left: one, right: other }: Binary): Expression {
    const left = this.reduce(one)
    if (operator === 'or' || operator === 'and') return this.#logical(operator, left, other)
    const right = this.reduce(other)
    if (operator === 'in' && left.kind === 'constant') {
      const group = settingPath(right)
      if (group !== undefined) return constant(this.#isSet([...group, str(left.value)]))
    }
    if (left.kind === 'constant' && right.kind === 'constant') {
      return constant(calculated(operator, left.value, right.value))
    }
    if (operator === '~' || (operator === '+' && (isTextual(left) || isTextual(right))))
      return joined([left, right])
    return { kind: 'binary', operator, left, right }
  }

  #isSet(path: readonly string[]): boolean {
    const found = this.#knowledge.setting(path)
    return found.is !== 'value' || found.value !== undefined
  }

  #logical(operator: 'or' | 'and', left: Expression, other: Expression): Expression {
    const known = knownTruth(left)
    if (known !== undefined) return known === (operator === 'or') ? left : this.reduce(other)
    const right = this.reduce(other)
    return { kind: 'binary', operator, left, right }
  }

  #list(items: readonly Expression[]): Expression {
    const values = constantsOf(items)
    return values === undefined ? { kind: 'list', items } : constant(values)
  }

  #dict(entries: readonly (readonly [Expression, Expression])[]): Expression {
    const keys = constantsOf(entries.map(([key]) => key))
    const values = constantsOf(entries.map(([, value]) => value))
    if (keys === undefined || values === undefined) return { kind: 'dict', entries }
    return constant(Object.fromEntries(keys.map((key, at) => [str(key), values[at]])))
  }

  #text(parts: readonly Expression[]): Expression {
    return joined(parts.map(one => this.reduce(one)))
  }

  #for(name: string, over: Expression, body: Expression): Expression {
    const values = over.kind === 'constant' && isList(over.value) ? over.value.map(constant) : undefined
    const items = over.kind === 'list' ? over.items : values
    if (items === undefined) throw new TemplateError('{% for %} over what is not known at import')
    const parts = items.map((item, index) => {
      this.#names.set(name, item)
      this.#names.set(
        'loop',
        constant({ index: index + 1, index0: index, first: index === 0, last: index === items.length - 1 }),
      )
      return this.reduce(body)
    })
    return joined(parts)
  }
}

/** `value.get(key, fallback)`: what is not there is the fallback. */
function withDefault(of: Expression, fallback: Expression): Expression {
  if (fallback.kind === 'constant' && fallback.value === null) return of
  return { kind: 'filter', of, name: 'default', args: [fallback], named: {} }
}

/** `config['a'].b` as `['a', 'b']`; undefined for all else. */
function settingPath(expression: Expression): readonly string[] | undefined {
  if (expression.kind === 'name') return expression.name === 'config' ? [] : undefined
  if (expression.kind !== 'item' || expression.key.kind !== 'constant') return undefined
  const before = settingPath(expression.of)
  return before === undefined ? undefined : [...before, str(expression.key.value)]
}

function groupOf(path: readonly string[]): Expression {
  return path.reduce<Expression>((of, key) => ({ kind: 'item', of, key: constant(key) }), {
    kind: 'name',
    name: 'config',
  })
}

function constantsOf(expressions: readonly Expression[]): readonly Constant[] | undefined {
  const values = expressions.flatMap(one => (one.kind === 'constant' ? [one.value] : []))
  return values.length === expressions.length ? values : undefined
}

function numberIn(expression: Expression | undefined): number | undefined {
  return expression?.kind === 'constant' && typeof expression.value === 'number'
    ? expression.value
    : undefined
}

/** A setting from the environment is a text with something in it. */
function knownTruth(expression: Expression): boolean | undefined {
  if (expression.kind === 'constant') return truthy(expression.value)
  if (expression.kind === 'setting' || settingPath(expression) !== undefined) return true
  if (expression.kind === 'text') {
    const holdsText = expression.parts.some(
      one => one.kind === 'setting' || (one.kind === 'constant' && str(one.value) !== ''),
    )
    return holdsText ? true : undefined
  }
  return undefined
}

function isTextual(expression: Expression): boolean {
  return (
    expression.kind === 'text' || (expression.kind === 'constant' && typeof expression.value === 'string')
  )
}

/** Filters that leave a text from the environment as it is. */
function isSameText(name: string, args: readonly Expression[]): boolean {
  if (name === 'join') return args[0]?.kind === 'constant' && args[0].value === ','
  return name === 'string' || name === 'default' || name === 'safe' || name === 'trim' || name === 'int'
}

/** Texts side by side become one, and what is no text yet becomes one. */
function joined(parts: readonly Expression[]): Expression {
  const flat = parts.flatMap(one => (one.kind === 'text' ? one.parts : [one]))
  const merged: Expression[] = []
  for (const part of flat) {
    const last = merged.at(-1)
    if (part.kind === 'constant' && last?.kind === 'constant') {
      merged[merged.length - 1] = constant(str(last.value) + str(part.value))
    } else if (part.kind !== 'constant') merged.push(part)
    else if (str(part.value) !== '') merged.push(constant(str(part.value)))
  }
  const [only = constant('')] = merged
  return merged.length < 2 && only.kind === 'constant' ? only : { kind: 'text', parts: merged }
}
