import { parseDuration } from 'async-patterns'
import * as z from 'zod'
import type { HeaderTest, ResponseRule, StatusRange } from '../fetch/index.js'
import { responseActions, wishForms } from '../fetch/index.js'
import { schemaParts } from '../schema/index.js'
import { whereSchema } from './where-schema.js'

const { checkedText, duration, flag, oneOf, path, strict, succeeds, text } = schemaParts

const statusAllowed = {
  error: 'a status such as 404, 5xx or 500-599, or a list of such; from 100 to 999',
}
const statusText = z.string().refine(value => rangeOf(value) !== undefined, statusAllowed)
const statusNumber = z.int(statusAllowed).min(100, statusAllowed).max(999, statusAllowed)
const status = z.union([statusNumber, statusText], statusAllowed)
const statuses = z.union([status, z.array(status).min(1)], statusAllowed)

const pattern = () =>
  checkedText('a regular expression in quotes', value => succeeds(() => new RegExp(value, 'u')))

const headerAllowed = {
  error:
    'the name of a header that must be there, or a mapping of names to values, or to { is }, { matches: a ' +
    'regular expression } or { exists }',
}
const headerTest = z.union(
  [z.string(), strict({ is: z.string() }), strict({ matches: pattern() }), strict({ exists: flag() })],
  headerAllowed,
)
const header = z.union([text(), z.record(z.string(), headerTest)], headerAllowed)

const textPath = z.union([z.literal(''), path()], {
  error: 'a path such as error.message, or "" for the text',
})

/** `''` is the text of the body. */
const ofText = strict({ path: z.literal(''), matches: pattern() })
const body = z.union([ofText, whereSchema], {
  error: issue => messageOf(whereSchema.safeParse(issue.input)),
})

const until = strict({
  header: text('the name of a header').optional(),
  body: textPath.optional(),
  matches: pattern().optional(),
  as: oneOf(wishForms).prefault('seconds'),
}).refine(({ header: name, body: place }) => (name === undefined) !== (place === undefined), {
  error: 'one of header and body',
})

const ofWaits = { error: 'only with then: wait', path: ['until'] }
const ofPauses = { error: 'only with then: wait or then: retry', path: ['for'] }

const rule = strict({
  status: statuses.optional(),
  header: header.optional(),
  body: body.optional(),
  then: oneOf(responseActions),
  until: until.optional(),
  for: duration(0, 'of 0ms or more').optional(),
  message: text().optional(),
})
  .refine(({ then: action, until: place }) => place === undefined || action === 'wait', ofWaits)
  .refine(
    ({ then: action, for: pause }) => pause === undefined || action === 'wait' || action === 'retry',
    ofPauses,
  )

/** What responses mean, in order: the first match decides, before the defaults. */
export const responsesSchema = z
  .array(rule, { error: 'a list of rules such as { status: 404, then: skip }' })
  .min(1, { error: 'a list of at least one rule' })

/** The rules as the fetcher has them. */
export function resolveResponses(
  rules: z.output<typeof responsesSchema> | undefined,
): ResponseRule[] | undefined {
  return rules?.map(({ status: codes, header: tests, body: asked, then: action, for: pause, ...rest }) => ({
    ...rest,
    body: asked,
    until: rest.until && { ...rest.until, header: rest.until.header?.toLowerCase() },
    statuses: codes === undefined ? undefined : [codes].flat().map(code => rangeOf(`${code}`) as StatusRange),
    headers: headerTests(tests),
    action,
    forMs: pause === undefined ? undefined : parseDuration('for', pause),
    isOwn: true,
  }))
}

function headerTests(tests: z.output<typeof header> | undefined): HeaderTest[] | undefined {
  if (tests === undefined || typeof tests === 'string')
    return tests === undefined ? undefined : [{ name: tests.toLowerCase() }]
  return Object.entries(tests).map(([name, test]) => ({
    name: name.toLowerCase(),
    ...(typeof test === 'string' ? { is: test } : test),
  }))
}

/** `404`, `5xx`, `500-599`. */
function rangeOf(value: string): StatusRange | undefined {
  const [, hundreds] = /^([1-9])xx$/.exec(value) ?? []
  if (hundreds !== undefined) return [Number(hundreds) * 100, Number(hundreds) * 100 + 99]
  const [, from, to = from] = /^(\d{3})(?:-(\d{3}))?$/.exec(value) ?? []
  const range = [Number(from), Number(to)] as const
  return from !== undefined && range[0] >= 100 && range[0] <= range[1] ? range : undefined
}

function messageOf(result: ReturnType<typeof whereSchema.safeParse>): string {
  return result.error?.issues[0]?.message ?? 'a path, or a rule such as { path: error.code, is: BUSY }'
}
