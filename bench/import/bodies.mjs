/** Answers: records put where the extractor looks for them, and found again as it finds them. */
import { gzipSync } from 'node:zlib'
import { isDict, parseJson, toJson } from './python.mjs'

/** A body with `records` at `path`; `shape` tells how `*` and a lone record are served. */
export function bodyWith(path, records, { single = false, into } = {}) {
  const value = filled(path, records, single)
  return into === undefined ? value : merged(into, value)
}

function filled(path, records, single) {
  const [head, ...rest] = path
  if (head === undefined) return single ? (records[0] ?? {}) : records
  if (head === '*') return records.map(record => filled(rest, [record], true))
  const inner = filled(rest, records, single)
  if (/^\d+$/.test(head))
    return Object.assign(
      Array.from({ length: Number(head) + 1 }, () => ({})),
      { [head]: inner },
    )
  return { [head]: inner }
}

export function merged(a, b) {
  if (!isDict(a) || !isDict(b)) return b
  const result = { ...a }
  for (const [key, value] of Object.entries(b)) result[key] = key in a ? merged(a[key], value) : value
  return result
}

/** DpathExtractor.extract_records. */
export function extract(body, path) {
  if (path.length === 0) return listed(body)
  if (!path.some(key => key.includes('*'))) {
    return listed(
      path.reduce((node, key) => (node === undefined || node === null ? undefined : at(node, key)), body),
    )
  }
  return path.reduce(
    (found, key) =>
      found.flatMap(node => (key === '*' ? each(node) : at(node, key) === undefined ? [] : [at(node, key)])),
    [body],
  )
}

const at = (node, key) =>
  node !== null && typeof node === 'object' && Object.hasOwn(node, key) ? node[key] : undefined
const each = node => (node !== null && typeof node === 'object' ? Object.values(node) : [])

function listed(value) {
  if (Array.isArray(value)) return value
  return isDict(value) && Object.keys(value).length > 0 ? [value] : []
}

/** A body as bytes and with the headers of its format. */
export function encoded(body, decoder) {
  if (decoder?.type === 'GzipDecoder') {
    const inner = encoded(body, decoder.decoder)
    return { ...inner, bytes: gzipSync(inner.bytes) }
  }
  if (decoder?.type === 'CsvDecoder')
    return { type: 'text/csv', bytes: Buffer.from(csv(body, decoder.delimiter ?? ',')) }
  if (decoder?.type === 'JsonlDecoder')
    return { type: 'application/jsonl', bytes: Buffer.from(body.map(one => `${toJson(one)}\n`).join('')) }
  if (decoder?.type === 'IterableDecoder')
    return { type: 'text/plain', bytes: Buffer.from(body.map(one => one.record).join('\n')) }
  return { type: 'application/json', bytes: Buffer.from(toJson(body)) }
}

/** What the decoder makes of the bytes. */
export function decoded(bytes, decoder) {
  const text = bytes.toString()
  if (decoder?.type === 'JsonlDecoder') return text.split('\n').filter(Boolean).map(parseJson)
  if (decoder?.type === 'IterableDecoder') return text.split('\n').map(record => ({ record }))
  return text === '' ? {} : parseJson(text)
}

function csv(records, delimiter) {
  const columns = [...new Set(records.flatMap(record => Object.keys(record)))]
  const cell = value => {
    const text =
      value === null || value === undefined ? '' : typeof value === 'object' ? toJson(value) : String(value)
    return /["\n\r]/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return [columns, ...records.map(record => columns.map(column => record[column]))]
    .map(row => row.map(cell).join(delimiter))
    .join('\n')
}
