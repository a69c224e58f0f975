import type { PagingKeys } from '../paging-proposal.js'
import type { JsonObject, Proposal } from '../proposal.js'
import { isObject } from '../proposal.js'
import { pagingFor } from './paging-parameters.js'
import type { References } from './references.js'

/** An operation that gives a list of records. */
export interface ListOperation {
  /** As the document has it: `/projects/{projectId}/tasks`. */
  readonly path: string
  readonly records: Proposal<string>
  readonly id: Proposal<string>
  readonly pagination: Proposal<PagingKeys>
  /** Query parameters that it cannot do without, and that do not page. */
  readonly required: readonly string[]
}

/** An operation that becomes no stream, and why. */
export interface LeftOut {
  readonly path: string
  readonly why: string
}

/** All that can be read, and what of it gives lists. */
export function listOperations(
  document: JsonObject,
  references: References,
): { readonly lists: ListOperation[]; readonly leftOut: LeftOut[] } {
  const paths = isObject(document['paths']) ? document['paths'] : {}
  const lists: ListOperation[] = []
  const leftOut: LeftOut[] = []
  for (const [path, entry] of Object.entries(paths)) {
    const item = references.object(entry)
    const operation = item && references.object(item['get'])
    if (item === undefined || operation === undefined) {
      leftOut.push({ path, why: 'it has no GET' })
      continue
    }
    const found = listOf(path, item, operation, references)
    if ('why' in found) leftOut.push(found)
    else lists.push(found)
  }
  return { lists, leftOut }
}

function listOf(
  path: string,
  item: JsonObject,
  operation: JsonObject,
  references: References,
): ListOperation | LeftOut {
  const schema = answerOf(operation, references)
  if (schema === undefined) return { path, why: 'no JSON answer with a schema is described' }
  const found = recordsIn(schema, references)
  if (found === undefined) return { path, why: 'its answer is no list, and holds none' }
  const parameters = queryParameters([item, operation], references)
  const pagination = pagingFor(parameters, namesIn(references.properties(schema), references))
  const paged = JSON.stringify(pagination.value)
  const required = [...parameters].filter(
    ([name, one]) => one['required'] === true && !paged.includes(JSON.stringify(name)),
  )
  return {
    path,
    records: found.records,
    id: idIn(references.properties(found.items)),
    pagination,
    required: required.map(([name]) => name),
  }
}

function answerOf(operation: JsonObject, references: References): JsonObject | undefined {
  const responses = references.object(operation['responses']) ?? {}
  const code = ['200', '2XX', '2xx', 'default'].find(one => responses[one] !== undefined)
  const content = code === undefined ? undefined : references.object(responses[code])?.['content']
  if (!isObject(content)) return undefined
  const type = Object.keys(content).find(one => /^application\/(?:[\w.-]+\+)?json\b/i.test(one))
  return type === undefined ? undefined : references.object(references.object(content[type])?.['schema'])
}

interface Found {
  readonly records: Proposal<string>
  readonly items: unknown
}

const isArray = (schema: JsonObject | undefined): boolean =>
  schema !== undefined && (schema['type'] === 'array' || schema['items'] !== undefined)

const LIST_NAMES = ['data', 'items', 'results', 'records', 'value', 'values', 'entries', 'list']

/** The list itself, or a property that is one; one level further down too. */
function recordsIn(schema: JsonObject, references: References): Found | undefined {
  if (isArray(schema))
    return { records: { value: '', sure: 'certain', why: 'the answer is a list' }, items: schema['items'] }
  const lists = listsIn(references.properties(schema), references, '')
  const [best, ...others] = lists.toSorted((a, b) => rank(a.path) - rank(b.path))
  if (best === undefined) return undefined
  const why =
    others.length === 0 ? 'the only list in the answer' : `one of ${lists.length} lists in the answer`
  return {
    records: { value: best.path, sure: others.length === 0 ? 'certain' : 'guess', why },
    items: best.items,
  }
}

function rank(path: string): number {
  const at = LIST_NAMES.indexOf(path.slice(path.lastIndexOf('.') + 1))
  return (at === -1 ? LIST_NAMES.length : at) + 100 * path.split('.').length
}

/** Lists of objects only: a list of texts holds no records. */
function listsIn(
  properties: JsonObject,
  references: References,
  before: string,
): { path: string; items: unknown }[] {
  return Object.entries(properties).flatMap(([name, value]) => {
    const schema = references.object(value)
    if (schema === undefined || /[.[\]]/.test(name)) return []
    const path = before + name
    if (!isArray(schema))
      return before === '' ? listsIn(references.properties(schema), references, `${name}.`) : []
    const items = references.object(schema['items'])
    const isRecord = items?.['type'] === 'object' || Object.keys(references.properties(items)).length > 0
    return isRecord ? [{ path, items: schema['items'] }] : []
  })
}

function namesIn(properties: JsonObject, references: References): string[] {
  return Object.entries(properties).flatMap(([name, value]) => [
    name,
    ...Object.keys(references.properties(value)).map(inner => `${name}.${inner}`),
  ])
}

function idIn(properties: JsonObject): Proposal<string> {
  const names = Object.keys(properties)
  const found = ['id', 'uuid', 'guid', 'key', '_id', 'gid'].find(name => names.includes(name))
  if (found !== undefined) return { value: found, sure: 'likely', why: 'a property of this name' }
  const other = names.find(name => /(?:_id|Id|ID)$/.test(name))
  return other === undefined
    ? { value: 'contentHash', sure: 'guess', why: 'no property is named like an id' }
    : { value: other, sure: 'guess', why: 'a property that ends so' }
}

function queryParameters(from: readonly JsonObject[], references: References): Map<string, JsonObject> {
  const all = from.flatMap(one => references.list(one['parameters']))
  return new Map(all.filter(one => one['in'] === 'query').map(one => [String(one['name']), one]))
}
