import { textOf } from '../manifest/component.js'
import { str } from '../jinja/index.js'
import type { Component, Value } from '../manifest/component.js'
import { Refusal } from '../manifest/refusal.js'
import type { Templates } from '../manifest/templates.js'
import { pathText } from './paths.js'
import type { Json } from './values.js'

/** Where a request option goes, as the pipeline writes places. */
export interface Place {
  readonly in: 'query' | 'header' | 'body' | 'nowhere'
  /** For a body its path. */
  readonly name: string
  /** The body is a form. Default false. */
  readonly isForm?: boolean
}

/** @throws Refusal for a place that there is not. */
export function placeOf(templates: Templates, option: Component): Place {
  const into = textOf(option['inject_into'] ?? option['type'])
  const name = fieldOf(templates, option)
  if (into === 'request_parameter') return { in: 'query', name }
  if (into === 'header') return { in: 'header', name }
  if (into === 'body_json') return { in: 'body', name }
  if (into === 'body_data') return { in: 'body', name, isForm: true }
  throw new Refusal('request option', `a value goes into ${into}`, {
    line: templates.lines.of(option, 'inject_into'),
  })
}

function fieldOf(templates: Templates, option: Component): string {
  const { field_path: path } = option
  if (Array.isArray(path)) {
    return pathText((path as readonly Value[]).map(one => str(constantOf(templates, one, option))))
  }
  const name = templates.text(option, 'field_name')
  if (name === undefined) throw new Refusal('request option', 'a request option names no field')
  return textOf(option['inject_into']).startsWith('body') ? pathText([name]) : name
}

function constantOf(templates: Templates, value: Value, component: Component) {
  const read = templates.read(value, component)
  if (read.kind !== 'constant') throw templates.unknown(component, 'field_path', read)
  return read.value
}

/** `after`, `{ header: X-After }`, `{ body: variables.after }`, `false`. */
export function placeText({ in: where, name }: Place): Json {
  if (where === 'nowhere') return false
  return where === 'query' ? name : { [where]: name }
}
