import type { Normaliser, ReadingInstructions } from '../../records/index.js'
import { PageInvalidError, usablePage } from '../../records/index.js'
import type { Scope } from '../../references/index.js'
import { COMPUTED, compileSteps, isComputed } from '../../references/index.js'
import type { StreamConfig } from '../stream-config.js'
import { referencesIn } from '../stream-references.js'
import type { JsonTree } from './json-tree.js'
import { jsonText, putAt } from './json-tree.js'

/** Adds to a scope what the expressions of a stream's requests make of it. */
export type ComputeScope = (scope: Scope) => Promise<Scope>

/** What the values are read as: a page of one record, which is the scope itself. */
const streamOf = (name: string): string => `${name}#request`

/** How the threads compute what a stream's requests need; nothing for a stream that computes nothing. */
export function requestInstructionsOf(stream: StreamConfig): ReadingInstructions[] {
  const expressions = expressionsOf(stream)
  if (expressions.length === 0) return []
  const instructions: ReadingInstructions = {
    stream: streamOf(stream.name),
    records: { path: '', shape: 'object' },
    observe: [],
    paging: {},
    id: 'none',
    keep: [],
    add: Object.fromEntries(expressions.map((expr, index) => [`value${index}`, { expr }])),
    timeMs: stream.limits.pageTimeMs,
  }
  return [instructions]
}

/** Computes in a worker thread, as records are: whatever the expression does, it ends. */
export function computeScope(
  stream: StreamConfig,
  normaliser: Pick<Normaliser, 'read'>,
): ComputeScope | undefined {
  const expressions = expressionsOf(stream)
  if (expressions.length === 0) return undefined
  const { path } = stream
  return async scope => {
    const bytes = new TextEncoder().encode(scopeJson(scope))
    const context = { pageId: stream.name, now: '', run: '' }
    const page = usablePage(await normaliser.read(bytes, streamOf(stream.name), {}, undefined, context))
    const [record] = page.records
    if (record === undefined || page.warnings > 0) throw failedOf(stream.name, page)
    const values = JSON.parse(record.json) as Readonly<Record<string, unknown>>
    if (isComputed(path) && (values[`value${expressions.indexOf(path.expr)}`] ?? null) === null)
      throw failedOf(stream.name, page)
    return {
      ...scope,
      ...Object.fromEntries(
        expressions.flatMap((expr, index) => {
          const value = values[`value${index}`]
          return value === null || value === undefined ? [] : [[`${COMPUTED}${expr}`, JSON.stringify(value)]]
        }),
      ),
    }
  }
}

function failedOf(name: string, page: ReturnType<typeof usablePage>): PageInvalidError {
  const reason = page.unreadable?.[0]?.reason ?? page.rejects[0]?.reason ?? 'it gives nothing'
  return new PageInvalidError('EXPR_FAILED', `a computed value of the requests of ${name}: ${reason}`)
}

function expressionsOf(stream: StreamConfig): string[] {
  const computed = referencesIn(stream).filter(({ root }) => root === COMPUTED)
  return [...new Set(computed.map(({ path }) => path))]
}

/** `project.id` is the field `id` of the object `project`. */
function scopeJson(scope: Scope): string {
  const tree = Object.entries(scope).reduce<JsonTree>(
    (all, [name, json]) => putAt(all, compileSteps(name), { json }),
    new Map<string, JsonTree>(),
  )
  return jsonText(tree)
}
