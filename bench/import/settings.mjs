/** Made settings for a manifest: what its specification asks for, by type, pattern, default and example. */
import { formatDate, PyDate } from './datetimes.mjs'
import { chainsOf } from './jinja.mjs'
import { isDict } from './python.mjs'

const DAY = 86_400_000

/** Settings that satisfy `spec`; dates lie `days` before `now`. */
export function madeSettings(manifest, { now, days = 40 }) {
  const schema = manifest.spec?.connection_specification ?? schemaOf(manifest)
  const hints = dateFormats(manifest)
  const lists = listSettings(manifest)
  const urls = urlSettings(manifest)
  return objectOf(schema, {
    start: new Date(Math.floor((now - days * DAY) / DAY) * DAY),
    now,
    hints,
    lists,
    urls,
  })
}

/** Of a manifest without a specification: a text for each setting that it reads. */
function schemaOf({ streams }) {
  const read = JSON.stringify(streams).matchAll(/\bconfig(?:\.(?!get\()|\[['"]|\.get\(['"])(\w+)/g)
  const required = [...new Set([...read].map(([, name]) => name))]
  return { properties: Object.fromEntries(required.map(name => [name, { type: 'string' }])), required }
}

/** The formats in which the manifest reads settings as the start or end of a cursor, by the setting's name. */
function dateFormats(manifest) {
  const formats = new Map()
  visit(manifest.streams, node => {
    if (node.type !== 'DatetimeBasedCursor') return
    for (const one of [node.start_datetime, node.end_datetime]) {
      const moment = isDict(one) ? one : { datetime: one }
      const format = moment.datetime_format || node.datetime_format
      const plain = /^\{\{\s*config(?:\.(\w+)|\[['"](\w+)['"]\]|\.get\(['"](\w+)['"][^)]*\))\s*\}\}$/.exec(
        moment.datetime ?? '',
      )
      if (plain !== null) formats.set(plain[1] ?? plain[2] ?? plain[3], format)
    }
  })
  return formats
}

/** Settings over which partitions go. */
function listSettings(manifest) {
  const names = new Set()
  visit(manifest.streams, node => {
    if (node.type !== 'ListPartitionRouter') return
    for (const path of chainsOf(node.values, 'config')) names.add(path[0])
  })
  return names
}

/** Settings with which an address begins. */
function urlSettings(manifest) {
  const names = new Set()
  visit(manifest.streams, node => {
    for (const text of [node.url_base, node.url, node.token_refresh_endpoint, node.api_url]) {
      const found =
        typeof text === 'string' &&
        /^\s*\{\{\s*config(?:\.(\w+)|\[['"](\w+)['"]\]|\.get\(['"](\w+)['"][^)]*\))(?![.[\w])/.exec(text)
      if (found) names.add(found[1] ?? found[2] ?? found[3])
    }
  })
  return names
}

function visit(node, act) {
  if (Array.isArray(node)) node.forEach(one => visit(one, act))
  else if (isDict(node)) {
    act(node)
    for (const [key, value] of Object.entries(node))
      if (key !== 'schema' && key !== '$parameters') visit(value, act)
  }
}

function objectOf(schema, times) {
  const result = {}
  const required = new Set(schema.required ?? [])
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const value = valueOf(name, property, times, required.has(name))
    if (value !== undefined) result[name] = value
  }
  return result
}

function valueOf(name, property, times, required) {
  if (!isDict(property)) return undefined
  if ('const' in property) return property.const
  const choices = property.oneOf ?? property.anyOf
  if (choices !== undefined && property.properties === undefined)
    return chosenOf(name, choices, times, required)
  if (times.urls.has(name) && !(property.enum ?? property.oneOf))
    return /^https?:/.test(property.default ?? '') ? property.default : `https://${slug(name)}.example.com`
  if (times.hints.has(name)) return hinted(name, property, times)
  required ||= times.lists.has(name)
  const type = [property.type ?? (property.properties ? 'object' : 'string')]
    .flat()
    .find(one => one !== 'null')
  if (type === 'object') return objectOf(property, times)
  if (property.default !== undefined && !isOldDate(property.default)) return property.default
  if (property.enum !== undefined) return property.enum[0]
  if (type === 'string') return textOf(name, property, times, required)
  if (type === 'array')
    return required || property.items ? listOf(name, property, times, required) : undefined
  return scalarOf(type, property, required)
}

function chosenOf(name, choices, times, required) {
  const first = choices.find(one => isDict(one) && [one.type].flat()[0] !== 'null')
  return valueOf(name, first, times, required)
}

function hinted(name, property, times) {
  const isEnd = /end|until|(^|_)to(_|$)|stop/i.test(name)
  const moment = new PyDate((isEnd ? times.now - (times.now % 1000) : times.start.getTime()) * 1000)
  const text = formatDate(moment, times.hints.get(name))
  return [property.type].flat().includes('integer') ? Number(text) : text
}

const isOldDate = value => typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value)

function scalarOf(type, property, required) {
  if (type === 'boolean') return required ? true : undefined
  if (!required && property.examples === undefined) return undefined
  const example = property.examples?.[0]
  return typeof example === 'number' ? example : (property.minimum ?? 1)
}

function listOf(name, property, times, required) {
  const item = isDict(property.items) ? property.items : {}
  if (!required && property.default === undefined && property.examples === undefined) return undefined
  if (item.enum !== undefined) return item.enum.slice(0, 2)
  const examples = [property.examples ?? []].flat(2).filter(one => typeof one !== 'object')
  if (examples.length > 0 && !isDict(item.properties)) return examples.slice(0, 2)
  return [valueOf(`${name}_a`, item, times, true), valueOf(`${name}_b`, item, times, true)]
}

const DATES = [
  [/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, iso => iso],
  [/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/, iso => iso.replace('Z', '000Z')],
  [/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, iso => `${iso.slice(0, 19)}Z`],
  [/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:?\d\d$/, iso => `${iso.slice(0, 19)}+00:00`],
  [/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/, iso => iso.slice(0, 19)],
  [/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/, iso => iso.slice(0, 19).replace('T', ' ')],
  [/^\d{4}-\d\d-\d\d$/, iso => iso.slice(0, 10)],
  [/^\d{8}$/, iso => iso.slice(0, 10).replaceAll('-', '')],
  [/^\d{4}\/\d\d\/\d\d$/, iso => iso.slice(0, 10).replaceAll('-', '/')],
  [/^\d\d-\d\d-\d{4}$/, iso => `${iso.slice(5, 7)}-${iso.slice(8, 10)}-${iso.slice(0, 4)}`],
  [/^\d{10}$/, iso => String(Date.parse(iso) / 1000)],
]

function textOf(name, property, times, required) {
  const examples = [property.examples ?? []]
    .flat()
    .map(String)
    .filter(one => !/[<>{}]/.test(one))
  const hint = [property.default, ...examples].find(
    one => one !== undefined && DATES.some(([shape]) => shape.test(one)),
  )
  if (isDate(name, property, hint)) return dateOf(name, property, hint, times, required)
  if (!required && property.pattern === undefined && examples.length === 0 && !property.airbyte_secret)
    return optional(name)
  if (property.pattern !== undefined) return patterned(name, property.pattern, examples)
  if (/url|host|domain|site|subdomain|shop|instance|account|region|server/i.test(name) && examples.length > 0)
    return examples[0]
  if (/url/i.test(name)) return `https://${slug(name)}.example.com`
  return `${slug(name)}1`
}

const slug = name => name.toLowerCase().replace(/[^a-z0-9]+/g, '')

/** Unset optional texts stay unset, but not those that a request could hardly do without. */
const optional = name =>
  /key|token|secret|id$|domain|name|account/i.test(name) ? `${slug(name)}1` : undefined

function isDate(name, property, hint) {
  if (hint !== undefined || /^date(-time)?$/.test(property.format ?? '')) return true
  const dated = property.pattern?.includes('[0-9]{4}-') || property.pattern?.includes('\\d{4}-')
  return (
    dated || /(^|_)(start|end|from|to|since|until|begin)_?(date|time|datetime)?$|_date$|date$/i.test(name)
  )
}

function dateOf(name, property, hint, times, required) {
  const isEnd = /end|until|(^|_)to(_|$)|stop/i.test(name)
  if (isEnd && !required) return undefined
  const iso = (isEnd ? new Date(times.now) : times.start).toISOString()
  const shape = DATES.find(([form]) => hint !== undefined && form.test(hint))
  if (shape !== undefined) return shape[1](iso)
  const written = DATES.map(([, write]) => write(iso))
  const fits = property.pattern && written.find(text => new RegExp(property.pattern).test(text))
  if (fits) return fits
  return property.format === 'date' ? iso.slice(0, 10) : `${iso.slice(0, 19)}Z`
}

function patterned(name, pattern, examples) {
  const candidates = [
    ...examples,
    `${slug(name)}1`,
    `https://${slug(name)}.example.com`,
    `${slug(name)}.example.com`,
    '1',
    '1,2',
    'a',
    'https://a.example.com/',
    `user@example.com`,
  ]
  const expression = safely(() => new RegExp(pattern))
  return candidates.find(one => expression === undefined || expression.test(one)) ?? `${slug(name)}1`
}

function safely(make) {
  try {
    return make()
  } catch {
    return undefined
  }
}
