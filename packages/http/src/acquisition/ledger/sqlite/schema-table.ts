import type { InferredTypes } from '../../records/index.js'
import { fits, merged, MOST_FIELDS, TYPES, typesText } from '../../records/index.js'
import type { Notice } from '../page.js'
import type { Database } from './open-database.js'
import { storedObject } from './stored-json.js'

/** Types of a field, and the last run that has seen it. */
type KnownField = readonly [types: number, run: number]

interface KnownSchema {
  /** The run that has learnt it: what that one finds is no change. */
  readonly learnt: number
  /** The last run that has seen some of it, and the one before that. */
  seen: number
  before: number
  readonly fields: Map<string, KnownField>
}

interface SchemaRow extends Record<'learnt' | 'seen' | 'before', number> {
  readonly stream: string
  readonly fields: string
}

/** By stream, the types of all fields that are kept. */
export function keptSchemas(database: Database): ReadonlyMap<string, InferredTypes> {
  return new Map([...schemasIn(database)].map(([stream, { fields }]) => [stream, typesIn(fields)]))
}

function typesIn(fields: KnownSchema['fields']): InferredTypes {
  return Object.fromEntries([...fields].map(([name, [types]]) => [name, types]))
}

function schemasIn(database: Database): Map<string, KnownSchema> {
  const rows = database.prepare<[], SchemaRow>('select * from schemas').all()
  return new Map(
    rows.map(({ stream, fields, ...runs }) => {
      const known = storedObject(fields) as Readonly<Record<string, KnownField>>
      return [stream, { ...runs, fields: new Map(Object.entries(known)) }]
    }),
  )
}

/** By stream, fields that the run before the last one saw, and the last one did not. */
export function unseenFields(database: Database, run: number): ReadonlyMap<string, readonly string[]> {
  return new Map(
    [...schemasIn(database)]
      .filter(([, { seen }]) => seen === run)
      .map(([stream, { before, fields }]) => [
        stream,
        [...fields].filter(([, [, last]]) => last === before).map(([name]) => name),
      ]),
  )
}

/**
 * The types that fields have had, over runs. All of it is at hand: a page that brings no news costs no statement.
 */
export class SchemaTable {
  readonly #database: Database
  readonly #run: number
  readonly #write
  #schemas: Map<string, KnownSchema>

  constructor(database: Database, run: number) {
    this.#database = database
    this.#run = run
    this.#schemas = schemasIn(database)
    this.#write = database.prepare(
      'insert or replace into schemas (stream, learnt, seen, before, fields) values (?, ?, ?, ?, ?)',
    )
  }

  /** What earlier runs have learnt. */
  get settled(): ReadonlyMap<string, InferredTypes> {
    const settled = [...this.#schemas].filter(([, { learnt }]) => learnt < this.#run)
    return new Map(settled.map(([stream, { fields }]) => [stream, typesIn(fields)]))
  }

  /** To be called when a transaction was undone. */
  reload(): void {
    this.#schemas = schemasIn(this.#database)
  }

  /** Keeps what a page's records have brought, and says what of it is new. To be called in a transaction. */
  merge(stream: string, types: InferredTypes): readonly Notice[] {
    const run = this.#run
    const schema = this.#schemas.get(stream) ?? { learnt: run, seen: run, before: 0, fields: new Map() }
    const { fields } = schema
    let hasNews = false
    const notices: Notice[] = []
    for (const [name, own] of Object.entries(types)) {
      const known = fields.get(name)
      if (known !== undefined && known[1] === run && merged(known[0], own) === known[0]) continue
      if (known === undefined && fields.size >= MOST_FIELDS) {
        notices.push(tooMany)
        continue
      }
      hasNews = true
      fields.set(name, [merged(known?.[0] ?? 0, own), run])
      if (schema.learnt < run) notices.push(...newsOf(name, own, known?.[0]))
    }
    if (hasNews) this.#keep(stream, schema)
    return notices
  }

  #keep(stream: string, schema: KnownSchema): void {
    if (schema.seen !== this.#run) [schema.before, schema.seen] = [schema.seen, this.#run]
    this.#schemas.set(stream, schema)
    const { learnt, seen, before, fields } = schema
    this.#write.run(stream, learnt, seen, before, JSON.stringify(Object.fromEntries(fields)))
  }
}

const tooMany: Notice = {
  code: 'MANY_FIELDS',
  message: `its records have more than ${MOST_FIELDS} fields; of the others no types are kept`,
}

/** That a field may be null now is no change that anybody has to be told. */
function newsOf(about: string, own: number, known: number | undefined): Notice[] {
  if (known === undefined)
    return [{ code: 'NEW_FIELD', about, message: `${about} is a new field: ${typesText(own)}` }]
  if (fits(known, own & ~TYPES.null) || own === TYPES.null) return []
  const message = `${about} was ${typesText(known)}, and is ${typesText(merged(known, own))} now`
  return [{ code: 'TYPE_WIDENED', about, message }]
}
