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
  return (field, test) => {
    const read = withLiterals(values.settled(templates.of(field, 'value')))
    const type = templates.text(field, 'value_type')
    if (test !== undefined) return sometimes(read, test, values)
    const value = valueOf(read, values)
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
function sometimes(value: Expression, test: Expression, values: Values): Json {
  return { expr: `${values.expression(test, '$')} ? ${values.expression(value, '$')}` }
}

function valueOf(expression: Expression, values: Values): Json {
  if (expression.kind === 'constant') {
    const { value } = expression
    // What Jinja does not know is an empty text.
    if (value === undefined) return ''
    const found = typedValue(typeof value === 'string' ? literal(value) : value)
    return typeof found === 'object' && found !== null ? { expr: JSON.stringify(found) } : found
  }
  const way = wayOf(expression)
  if (way?.root === 'record' && way.keys.length > 0) return { path: pathText(way.keys) }
  const text = values.text(expression)
  if (text !== undefined) return text.trim()
  return { expr: values.expression(expression, '$') }
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
