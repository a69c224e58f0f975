import * as z from 'zod'
import { zoneReader } from '../records/types/zone.js'
import { checkedText, count, flag, oneOf, path, strict, succeeds, text } from '../schema/schema-parts.js'

const allowedTypes = 'one of string, integer, decimal, money, date, boolean'

const locale = () =>
  checkedText('a BCP 47 language tag such as en, de, fr or de-CH', tag =>
    succeeds(() => new Intl.NumberFormat(tag)),
  ).optional()

const currency = () => checkedText('an ISO 4217 code such as EUR', code => /^[A-Z]{3}$/.test(code))

const plainDecimal = () =>
  checkedText('a decimal in quotes such as "0.00"', value => /^-?\d+(?:\.\d+)?$/.test(value))

const texts = () => z.array(text(), { error: 'a list of texts' }).optional()

const textMap = <T extends z.ZodType>(value: T) =>
  z.record(z.string(), value, { error: 'text: value pairs' }).optional()

const common = () => ({ path: path(), required: flag().prefault(false) })

const stringField = {
  ...common(),
  type: z.literal('string', { error: allowedTypes }).prefault('string'),
  default: text().optional(),
}

const integerField = {
  ...common(),
  type: z.literal('integer', { error: allowedTypes }),
  locale: locale(),
  default: z.int({ error: 'a whole number' }).optional(),
}

const field = z.discriminatedUnion(
  'type',
  [
    strict(stringField),
    strict(integerField),
    strict({ ...common(), type: z.literal('decimal'), locale: locale(), default: plainDecimal().optional() }),
    strict({
      ...common(),
      type: z.literal('boolean'),
      trueValues: texts(),
      falseValues: texts(),
      default: flag().optional(),
    }),
    strict({
      ...common(),
      type: z.literal('money'),
      locale: locale(),
      currency: currency().optional(),
      currencyPath: path().optional(),
      symbols: textMap(currency()),
      minorUnits: count(0, 9).optional(),
      words: textMap(plainDecimal()),
      allowNegative: flag().optional(),
      default: strict({ amount: plainDecimal(), currency: currency() }).optional(),
    }),
    strict({
      ...common(),
      type: z.literal('date'),
      format: oneOf(['iso', 'epoch-seconds', 'epoch-milliseconds', 'date']).prefault('iso'),
      zone: checkedText('an IANA zone such as Europe/Berlin, or an offset such as +02:00', zone =>
        succeeds(() => zoneReader(zone)),
      ).optional(),
      repeatedHour: oneOf(['first', 'second']).optional(),
      default: text().optional(),
    }),
  ],
  { error: issue => (issue.code === 'invalid_union' ? allowedTypes : fieldShape) },
)

const fieldShape = 'a mapping with the keys path, type, required and more, such as { path: title }'
const always = flag()
  .refine(required => required, { error: 'true: a record needs its id' })
  .prefault(true)
const idOnly = 'string or integer'

/** An id is always required, and never money or a date. */
const idField = z.discriminatedUnion(
  'type',
  [
    strict({
      ...stringField,
      type: z.literal('string', { error: idOnly }).prefault('string'),
      required: always,
    }).omit({ default: true }),
    strict({ ...integerField, required: always }).omit({ default: true }),
  ],
  { error: issue => (issue.code === 'invalid_union' ? idOnly : fieldShape) },
)

/** Target field to its origin; `id` must be among them. */
export const mappingSchema = z
  .object({ id: idField }, { error: 'a mapping of target fields, id among them' })
  .catchall(field)
