import type { Expression } from '../jinja/index.js'
import { fieldName, jsonataOf } from '../emit/jsonata.js'
import { pathText } from '../emit/paths.js'
import { recordWay } from '../emit/values.js'
import { Refusal } from '../manifest/refusal.js'
import type { PagedRecords } from './paged-records.js'

/** What a template says of a page, as JSONata over its body. @throws Refusal for what has no counterpart. */
export function pageExpression(value: Expression, records: PagedRecords): string {
  return jsonataOf(value, (root, keys) => {
    if (root === 'response') return recordWay(keys)
    if (root === 'headers') return headerText(keys.map(String))
    if (root === 'last_page_size') return '$recordCount'
    if (root === 'last_record') return lastRecord(keys, records)
    return undefined
  })
}

function lastRecord(keys: readonly (string | number)[], { rawPath }: PagedRecords): string {
  if (keys.length === 0) return '$lastRecord'
  // Records are read as they came.
  if (rawPath(keys) !== pathText(keys)) throw new Refusal('cursor', 'the cursor is a field that is added')
  return `$lastRecord.${recordWay(keys)}`
}

/** The manifest's `headers` has the links of the page as `link`, and the headers as they came beside them. */
function headerText([name, relation, field, ...more]: readonly string[]): string {
  if (name === undefined || more.length > 0) throw new Refusal('cursor', 'the headers are read as a whole')
  const header = `$headers.${fieldName(name.toLowerCase())}`
  if (relation === undefined && name !== 'link') return header
  if (name !== 'link' || relation === undefined || field === undefined || !/^\w+$/.test(relation + field))
    throw new Refusal('cursor', `a part of the header ${name} is read`)
  const ofRelation = `(?=[^<]*;\\s*rel="?${relation}\\b)`
  const link =
    field === 'url' ? `<([^>]*)>${ofRelation}` : `<[^>]*>${ofRelation}[^<]*;\\s*${field}="?([^";,<]*)`
  return `$match(${header}, /${link}/).groups[0]`
}

/** A next page that may be told by what follows the base. `base`: its path. */
export function nextUrlExpression(text: string, base: string): string {
  const relative = `${JSON.stringify(`${base}/`)} & $replace($next, /^\\//, "")`
  return `($next := ${text}; $next ? ($contains($next, /^https?:/) ? $next : ${relative}))`
}
