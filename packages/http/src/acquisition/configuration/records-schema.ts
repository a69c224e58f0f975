import * as z from 'zod'
import type { RecordsPlace } from '../records/index.js'
import { pathTree } from '../records/index.js'
import { isSpread } from '../references/index.js'
import { schemaParts } from '../schema/index.js'
import { addSchema } from './add-schema.js'
import { idSchema } from './id-schema.js'
import { mappingSchema } from './mapping-schema.js'
import { whereSchema } from './where-schema.js'

const { checkedText, flag, path, strict, succeeds, text } = schemaParts

const placeAllowed = {
  error:
    'a path such as data.items or data[*].items[*], "" for the page itself, or { path, shape } with the shape list, object, any, map, texts or columns',
}
const pathOrEmpty = () =>
  z.string(placeAllowed).refine(value => value === '' || path().safeParse(value).success, placeAllowed)
const at = () => pathOrEmpty().prefault('')

const places = [
  strict({ path: at(), shape: z.literal('list').prefault('list') }),
  strict({ path: at(), shape: z.literal('object') }),
  strict({ path: at(), shape: z.literal('any') }),
  strict({ path: at(), shape: z.literal('map'), key: text('the name of a field').prefault('key') }),
  strict({ path: at(), shape: z.literal('texts') }),
  strict({ path: at(), shape: z.literal('columns'), columns: path().optional() }),
] as const

type WrittenPlace = Partial<Omit<RecordsPlace, 'shape'>> & {
  readonly shape?: RecordsPlace['shape']
  readonly key?: string
  readonly columns?: string
}

const records = z
  .union([pathOrEmpty(), z.discriminatedUnion('shape', places)], placeAllowed)
  .prefault('') as unknown as z.ZodPrefault<z.ZodType<string | RecordsPlace, string | WrittenPlace>>

const namesAllowed = 'a path of names, * and [*], such as owner.login or items[*].id'
const namesPath = () =>
  checkedText(namesAllowed, value => path().safeParse(value).success && succeeds(() => pathTree([value])))

const drop = z.union(
  [namesPath(), strict({ value: z.union([z.string(), z.boolean(), z.null()]) }), strict({ name: text() })],
  { error: `${namesAllowed}, { value: '' } or { name: NAME }` },
)

const lift = strict({
  path: checkedText(
    'a path of names, such as data.fields',
    value => path().safeParse(value).success && !isSpread(value),
  ),
  prefix: z.string().optional(),
  suffix: z.string().optional(),
  drop: z.literal(['origin', 'rest'], { error: 'origin or rest' }).optional(),
})

const keepAllowed = { error: `all, or a list of paths of names, such as [id, owner.login]` }

/** Where a stream's records are, which of them are taken, and as what. */
export const recordKeys = {
  records,
  lift: z
    .union([lift, z.array(lift).min(1)], { error: '{ path, prefix, suffix, drop }, or a list of such' })
    .optional(),
  where: whereSchema.optional(),
  id: idSchema.optional(),
  keep: z.union([z.literal('all'), z.array(namesPath()).min(1)], keepAllowed).optional(),
  drop: z.array(drop, { error: 'a list of paths of names' }).optional(),
  keys: z.literal('snakeCase', { error: 'snakeCase' }).optional(),
  flatten: z.union([flag(), text()], { error: 'true, false, or what joins the names, such as _' }).optional(),
  mapping: mappingSchema.optional(),
  add: addSchema.optional(),
} as const
