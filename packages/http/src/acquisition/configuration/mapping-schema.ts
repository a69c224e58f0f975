import * as z from 'zod'
import type { FieldMapping, Mapping } from '../records/index.js'
import { fieldTypes } from '../records/index.js'
import { schemaParts } from '../schema/index.js'
import type { MappingInput } from './kind-inputs.js'

const { flag, path, strict } = schemaParts

const types = Object.values(fieldTypes)
const allowedTypes = `one of ${types.map(({ type }) => type).join(', ')}`
const fieldShape = 'a mapping with the keys path, type, required and more, such as { path: title }'

/** `string` is the type of a field that names none. */
function typeOf(type: string, error: string) {
  const literal = z.literal(type, { error })
  return type === 'string' ? literal.prefault(type) : literal
}

const fields = types.map(({ type, schema }) =>
  strict({
    path: path(),
    required: flag().prefault(false),
    type: typeOf(type, allowedTypes),
    ...schema(schemaParts),
  }),
)

const field = z.discriminatedUnion('type', fields as [(typeof fields)[number]], {
  error: issue => (issue.code === 'invalid_union' ? allowedTypes : fieldShape),
}) as unknown as z.ZodType<FieldMapping>

const always = () =>
  flag()
    .refine(required => required, { error: 'true: a record needs its id' })
    .prefault(true)

const idTypes = [fieldTypes.string, fieldTypes.integer] as const
const idOnly = 'string or integer'

const ids = idTypes.map(({ type, schema }) => {
  const { default: _default, ...options } = schema(schemaParts)
  return strict({ path: path(), required: always(), type: typeOf(type, idOnly), ...options })
})

/** An id is always required, and never money or a date. */
const idField = z.discriminatedUnion('type', ids as [(typeof ids)[number]], {
  error: issue => (issue.code === 'invalid_union' ? idOnly : fieldShape),
})

/** Target field to its origin; `id` among them, where the stream does not say it apart. */
export const mappingSchema = z
  .object({ id: idField.optional() }, { error: 'a mapping of target fields' })
  .catchall(field) as unknown as z.ZodType<Mapping, MappingInput>
