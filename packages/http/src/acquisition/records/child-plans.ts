import { hash } from 'node:crypto'
import type { Secrets } from '../secrets/index.js'
import { exactJson } from './exact-number.js'
import type { AddedValues, FieldPath } from './field-path.js'
import { fieldPath } from './field-path.js'
import { recordFilter } from './record-filter.js'
import { Unreadable } from './unreadable.js'
import type { Where } from './where.js'

/** A stream of which each record of this one begins a part. */
export interface ChildPlan {
  /** The child's full name. */
  readonly stream: string
  /** Reference name to path, that of an added field too: `{ 'project.id': 'id' }`. */
  readonly values: Readonly<Record<string, string>>
  /** References whose value may be missing: it is null then. Default none. */
  readonly optional?: readonly string[] | undefined
  /** Adds a mark of the record, by which it is known to have changed. Default false. */
  readonly marked?: boolean | undefined
  /** Which records begin one. Default all. */
  readonly where?: Where | undefined
}

/** The values of one part of a child, by reference name: exact JSON, digits as they were written. */
export type ChildValues = Readonly<Record<string, string>>

/** How many records of a page begin no part of a child, because a value of the reference is missing in them. */
export interface Unplanned {
  readonly stream: string
  readonly reference: string
  readonly count: number
}

export interface PlannedChildren {
  readonly children: Readonly<Record<string, readonly ChildValues[]>>
  readonly unplanned: readonly Unplanned[]
}

/** Collects what the records of one page begin. */
interface PageChildren {
  add(record: unknown, added: AddedValues): void
  planned(): PlannedChildren
}

/**
 * Compiles the plans once; undefined where there is none. `added`: the fields that records get besides.
 * @throws TypeError for a path that is malformed.
 */
export function childrenReader(
  plans: readonly ChildPlan[],
  secrets: Secrets,
  added: readonly string[] = [],
): (() => PageChildren) | undefined {
  if (plans.length === 0) return undefined
  const compiled = plans.map(plan => compiledPlan(plan, secrets, added))
  return () => {
    const missing = new Map<string, Unplanned>()
    const parts = compiled.map(plan => ({ ...plan, found: [] as ChildValues[] }))
    return {
      add(record, own) {
        for (const { stream, isOnce, holds, valuesOf, found } of parts) {
          if ((isOnce && found.length > 0) || !holds(record)) continue
          const values = valuesOf(record, own)
          if (typeof values === 'string') countMissing(missing, stream, values)
          else found.push(values)
        }
      },
      planned: () => ({
        children: Object.fromEntries(parts.map(({ stream, found }) => [stream, found])),
        unplanned: [...missing.values()],
      }),
    }
  }
}

/** `valuesOf` gives the name of a reference whose value is missing. */
function compiledPlan(
  { stream, values, optional = [], marked = false, where = [] }: ChildPlan,
  secrets: Secrets,
  added: readonly string[],
) {
  const readers = Object.entries(values).map(([name, path]) => {
    const valueOf = valueReader(path, secrets, added)
    const missing = optional.includes(name) ? 'null' : undefined
    return [name, (...from: Parameters<FieldPath>) => valueOf(...from) ?? missing] as const
  })
  const valuesOf = (record: unknown, own: AddedValues): ChildValues | string => {
    const found = readers.map(([name, valueOf]) => [name, valueOf(record, own)] as const)
    const gap = found.find(([, value]) => value === undefined)
    if (gap !== undefined) return gap[0]
    const all = Object.fromEntries(found) as ChildValues
    return marked ? { ...all, [MARK]: JSON.stringify(markOf(record)) } : all
  }
  return { stream, isOnce: readers.length === 0 && !marked, holds: recordFilter(where), valuesOf }
}

function countMissing(missing: Map<string, Unplanned>, stream: string, reference: string): void {
  const key = `${stream} ${reference}`
  missing.set(key, { stream, reference, count: (missing.get(key)?.count ?? 0) + 1 })
}

/** The name of a record's mark among the values of a part; no reference can have it. */
export const MARK = '#'

function markOf(record: unknown): string {
  return hash('sha256', textOf(record) ?? '', 'base64url').slice(0, 22)
}

/** What holds a credential is stored nowhere, so nothing begins by it. */
function valueReader(
  path: string,
  secrets: Secrets,
  added: readonly string[],
): (...from: Parameters<FieldPath>) => string | undefined {
  const valueAt = fieldPath(path, added)
  return (record, own) => {
    const value = valueAt(record, own)
    if (value === undefined || value === null || value instanceof Unreadable) return undefined
    const text = textOf(value)
    return text !== undefined && secrets.credentials.length > 0 && secrets.holdIn(text) ? undefined : text
  }
}

/** What is nested deeper than the stack reaches has no text. */
function textOf(value: unknown): string | undefined {
  try {
    return exactJson(value)
  } catch {
    return undefined
  }
}
