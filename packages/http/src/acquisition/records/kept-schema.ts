import type { InferredTypes } from './inferred-types.js'
import { fits, typeOf, typesText } from './inferred-types.js'
import { PageInvalidError } from './page-invalid-error.js'
import { shown, Unreadable } from './unreadable.js'

/** The types of fields that earlier runs have learnt, and what becomes of a record that does not fit them. */
export interface KeptSchema {
  readonly types: InferredTypes
  readonly contract: 'freeze' | 'quarantine'
}

/** Why a record does not fit, with its field. */
export interface Misfit {
  readonly field: string
  readonly why: Unreadable
}

/** Finds the first field that does not fit. `declared`: those whose types the mapping says. */
export function misfitFinder(
  { types, contract }: KeptSchema,
  declared: readonly string[],
): (fields: Readonly<Record<string, unknown>>) => Misfit | undefined {
  const known = new Map(Object.entries(types))
  for (const name of declared) known.set(name, EVERY_TYPE)
  return fields => {
    for (const name in fields) {
      const own = known.get(name)
      if (own === EVERY_TYPE) continue
      const type = typeOf(fields[name], own)
      if (own !== undefined && fits(own, type)) continue
      const reason = reasonOf(fields[name], type, own)
      if (contract === 'freeze') throw frozen(name, reason)
      return { field: name, why: new Unreadable('SCHEMA_MISMATCH', reason) }
    }
    return undefined
  }
}

const EVERY_TYPE = -1

function reasonOf(value: unknown, type: number, known: number | undefined): string {
  const seen = `${shown(value)} is ${typesText(type)}`
  return known === undefined ? `${seen}, of a new field` : `${seen}; known is ${typesText(known)}`
}

function frozen(field: string, reason: string): PageInvalidError {
  const message =
    `${field}: ${reason} (contract: freeze). With contract: evolve the next run takes it and keeps the new type, ` +
    'with quarantine such records alone are rejected'
  return new PageInvalidError('SCHEMA_MISMATCH', message)
}
