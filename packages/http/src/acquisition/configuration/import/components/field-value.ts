import { textOf } from '../manifest/component.js'
import type { Expression } from '../jinja/index.js'
import { constant, literal, str } from '../jinja/index.js'
import { pathText, wayOf } from '../emit/paths.js'
import { fieldName } from '../emit/jsonata.js'
import type { Json, Values } from '../emit/values.js'
import { literalText, typedValue } from '../emit/values.js'
import type { Component } from '../manifest/component.js'
import { Refusal } from '../manifest/refusal.js'
import type { Templates } from '../manifest/templates.js'
import type { FieldValue } from './records.js'

/** What an added field becomes: a constant, a reference, a path in the record, or `{ expr }`. */
export function fieldValueOf(templates: Templates, values: Values): FieldValue {
  return (field, sources, test) => {
    const read = withLiterals(values.settled(templates.of(field, 'value')))
    const type = templates.text(field, 'value_type')
    if (test !== undefined) return sometimes(read, test, values, sources)
    const value = valueOf(read, values, sources)
    return type === undefined ? value : converted(value, type, field, templates)
  }
}

/** The CDK reads what comes out as a literal: "None" is nothing. */
function withLiterals(expression: Expression): Expression {
  if (expression.kind === 'constant') {
    const { value } = expression
    return typeof value === 'string' ? constant(literal(value)) : expression
  }
  if (expression.kind === 'if') {
    return {
      ...expression,
      then: withLiterals(expression.then),
      otherwise: withLiterals(expression.otherwise),
    }
  }
  if (expression.kind !== 'binary' || expression.operator !== 'or') return expression
  return { ...expression, right: withLiterals(expression.right) }
}

/** Without the condition there is no field. */
function sometimes(
  value: Expression,
  test: Expression,
  values: Values,
  sources: ReadonlyMap<string, string>,
): Json {
  for (const one of [value, test]) checkSources(one, sources)
  return { expr: `${values.expression(test, '$')} ? ${values.expression(value, '$')}` }
}

function valueOf(expression: Expression, values: Values, sources: ReadonlyMap<string, string>): Json {
  if (expression.kind === 'constant') {
    const { value } = expression
    const found = typedValue(typeof value === 'string' ? literal(value) : value)
    return typeof found === 'object' && found !== null ? { expr: JSON.stringify(found) } : found
  }
  const way = wayOf(expression)
  if (way?.root === 'record' && way.keys.length > 0) return { path: rawPath(way.keys, sources) }
  const text = values.text(expression)
  if (text !== undefined) return text.trim()
  checkSources(expression, sources)
  return { expr: values.expression(expression, '$') }
}

/** A field that was added before is had from where it comes from. */
function rawPath(keys: readonly (string | number)[], sources: ReadonlyMap<string, string>): string {
  const [first] = keys
  const source = sources.get(pathText([first ?? '']))
  if (source === undefined) return pathText(keys)
  if (source === '' || source.startsWith('{')) {
    throw new Refusal('computed field', `a field is made of ${String(first)}, which is computed itself`)
  }
  const rest = pathText(keys.slice(1))
  return rest === '' ? source : rest.startsWith('[') ? source + rest : `${source}.${rest}`
}

/** An expression is worked out on the raw record, which has none of the added fields. */
function checkSources(expression: Expression, sources: ReadonlyMap<string, string>): void {
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    const way = 'kind' in value ? wayOf(value as Expression) : undefined
    const [first] = way?.root === 'record' ? way.keys : []
    if (
      first !== undefined &&
      sources.has(pathText([first])) &&
      sources.get(pathText([first])) !== String(first)
    ) {
      throw new Refusal('computed field', `an expression needs ${String(first)}, which is added before it`)
    }
    for (const one of Object.values(value)) walk(one)
  }
  walk(expression)
}

const CONVERSIONS: Readonly<Record<string, string>> = {
  string: '$string',
  integer: '$number',
  number: '$number',
  boolean: '$boolean',
}

function converted(value: Json, type: string, field: Component, templates: Templates): Json {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null) return type === 'string' ? literalText(str(value)) : value
  const convert = CONVERSIONS[type]
  if (convert === undefined)
    throw new Refusal('transformation', `the type ${type} has no counterpart`, {
      line: templates.lines.of(field, 'value_type'),
    })
  if ('path' in value && typeof value.path === 'string') {
    const expr = `${convert}(${value.path.split('.').map(fieldName).join('.')})`
    return { expr }
  }
  return 'expr' in value ? { expr: `${convert}(${textOf(value.expr)})` } : value
}
