/** The CDK's transformations of one record. */
import { evaluate, evaluateString } from './jinja.mjs'
import { isDict, str, truthy } from './python.mjs'

/** The record after all of the stream's transformations; the raw one is left alone. */
export function transform(stream, record, names) {
  let result = structuredCloneOf(record)
  for (const one of stream.definition.transformations ?? []) {
    result = KINDS[one.type](result, one, stream, names)
  }
  return result
}

const structuredCloneOf = value => {
  if (Array.isArray(value)) return value.map(structuredCloneOf)
  return isDict(value)
    ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, structuredCloneOf(v)]))
    : value
}

const KINDS = {
  AddFields: addFields,
  RemoveFields: removeFields,
  KeysToLower: record => renamed(record, key => key.toLowerCase(), false),
  KeysToSnakeCase: record => renamed(record, snake, true),
  KeysReplace: (record, { old, new: by }, stream) => {
    const [from, to] = [old, by].map(text => str(stream.text(text, undefined, { record })))
    return renamed(record, key => key.replaceAll(from, to), true)
  },
  FlattenFields: (record, { flatten_lists: lists = true }) => flatten(record, lists),
  DpathFlattenFields: flattenAt,
}

/** The kinds that are known here. */
export const transformationTypes = new Set(Object.keys(KINDS))

function addFields(record, node, stream, names) {
  const context = stream.context(node, { ...names, record })
  if (node.condition && !truthy(evaluate(String(node.condition), context, { fallback: '' }))) return record
  for (const field of node.fields) {
    if (field.condition && !truthy(evaluate(String(field.condition), context, { fallback: '' }))) continue
    const path = field.path.map(key => str(evaluateString(key, context)))
    const types = field.value_type === 'string' ? value => typeof value === 'string' : undefined
    const own = { ...context, parameters: { ...context.parameters, ...field.$parameters } }
    const value =
      typeof field.value === 'string'
        ? evaluate(field.value, own, { fallback: field.value, types })
        : field.value
    put(record, path, value)
  }
  return record
}

function put(record, path, value) {
  let target = record
  for (const key of path.slice(0, -1)) target = target[key] = isDict(target[key]) ? target[key] : {}
  target[path.at(-1)] = value
}

function removeFields(record, node, stream) {
  for (const pointer of node.field_pointers) {
    const path = pointer.map(key => str(stream.text(key, node)))
    if (!node.condition) remove(record, path)
    else
      removeWhere(record, path, value =>
        truthy(evaluate(node.condition, stream.context(node, { property: value }), { fallback: '' })),
      )
  }
  return record
}

const matches = (pattern, key) =>
  pattern.includes('*')
    ? new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(key)
    : pattern === key

function removeWhere(record, [head, ...rest], condition) {
  if (record === null || typeof record !== 'object') return
  if (head === '**') {
    if (rest.length > 0) removeWhere(record, rest, condition)
    for (const key of Object.keys(record).toReversed()) {
      if (rest.length === 0 && condition(record[key])) take(record, key)
      else removeWhere(record[key], [head, ...rest], condition)
    }
    return
  }
  for (const key of Object.keys(record).filter(one => matches(head, one))) {
    if (rest.length > 0) removeWhere(record[key], rest, condition)
    else if (condition(record[key])) take(record, key)
  }
}

/** dpath leaves None in a list, but for its end. */
function take(container, key) {
  if (!Array.isArray(container)) delete container[key]
  else if (Number(key) === container.length - 1) container.pop()
  else container[key] = null
}

const remove = (record, path) => removeWhere(record, path, () => true)

function renamed(value, change, deep) {
  if (Array.isArray(value)) return deep ? value.map(one => renamed(one, change, deep)) : value
  if (!isDict(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [change(key), deep ? renamed(one, change, deep) : one]),
  )
}

function snake(key) {
  const tokens = key
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .match(/\d*[A-Z]*[a-z]*\d*/g)
    .filter(Boolean)
  return tokens.join('_').toLowerCase()
}

function flatten(value, lists, prefix = '', result = {}) {
  for (const [key, one] of Object.entries(value)) {
    const name = prefix === '' ? key : `${prefix}.${key}`
    const inner = isDict(one) || (lists && Array.isArray(one))
    if (!inner)
      result[
        name in result || prefix === ''
          ? name
          : key in value && !(key in result) && !Array.isArray(value)
            ? key
            : name
      ] = one
    else flatten(one, lists, name, result)
  }
  return result
}

function flattenAt(record, node, stream) {
  const path = node.field_path.map(key => str(stream.text(key, node)))
  const found = path.reduce((value, key) => (isDict(value) ? value[key] : undefined), record)
  if (!isDict(found)) return record
  const [prefix, suffix] = ['prefix', 'suffix'].map(key => {
    const text = node.key_transformation?.[key]
    return text === undefined || text === null ? '' : str(stream.text(text, node.key_transformation))
  })
  const fields = Object.fromEntries(Object.entries(found).map(([key, one]) => [prefix + key + suffix, one]))
  if (node.replace_record && Object.keys(fields).length > 0) return fields
  if (node.delete_origin_value) remove(record, path)
  return { ...record, ...fields }
}
