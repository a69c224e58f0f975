import * as z from 'zod'
import { schemaParts } from '../schema/index.js'
import { withFieldsOnce } from './add-schema.js'
import { authSchema } from './auth-schema.js'
import { bodySchema } from './body-schema.js'
import { forSchema } from './for-schema.js'
import { withKnownDeletions } from './deletions-schema.js'
import { formatSchema } from './format-schema.js'
import { hooksSchema, withHooks } from './hooks-schema.js'
import { withOneId } from './id-schema.js'
import { paginationSchema } from './pagination-schema.js'
import { quotaSchema } from './quota-schema.js'
import { recordKeys } from './records-schema.js'
import { responsesSchema } from './responses-schema.js'
import { headerValues, pathValue, queryValues } from './request-values.js'
import { sinceSchema } from './since-schema.js'
import { sinksSchema } from './sinks-schema.js'

const { anyOf, checkedText, count, duration, flag, headerName, number, oneOf, path, size, strict, text } =
  schemaParts

const MiB = 1024 ** 2
const ratePerSecond = () => number(0.001, 1_000_000)

const jitterAllowed = { error: 'a factor from 0 to 1, or one of full, decorrelated, none' }
const jitter = z.union(
  [z.number().min(0, jitterAllowed).max(1, jitterAllowed), z.enum(['full', 'decorrelated', 'none'])],
  jitterAllowed,
)

const retry = strict({
  maxAttempts: count(1, 100).prefault(4),
  baseDelay: duration(0, 'of 0ms or more').prefault('500ms'),
  maxDelay: duration(0, 'of 0ms or more').prefault('30s'),
  backoff: oneOf(['exponential', 'constant']).prefault('exponential'),
  jitter: jitter.prefault('none'),
})

const breaker = strict({
  failureThreshold: count(1, 1000).prefault(3),
  openStateDuration: duration(1, 'of 1ms or more').prefault('5s'),
})

const marginAllowed = { error: 'auto, or a duration of 0ms or more, such as 5ms, 20ms' }

const limits = strict({
  rate: ratePerSecond().optional(),
  quota: quotaSchema.optional(),
  pacing: oneOf(['window', 'even']).prefault('window'),
  margin: z.union([z.literal('auto'), duration(0, 'of 0ms or more')], marginAllowed).prefault('auto'),
  per: oneOf(['origin', 'path']).prefault('origin'),
  maxWait: duration(0, 'of 0ms or more').prefault('1h'),
  concurrency: count(1, 10_000).prefault(4),
  timeout: duration(1, 'of 1ms or more').prefault('10s'),
  maxPageSize: size(1, 'of 1B or more').prefault('50MiB'),
  maxRecordsPerPage: count(1, 100_000_000).prefault(100_000),
  pageTime: duration(1, 'of 1ms or more').prefault('10s'),
  maxHeaderSize: size(1024, 'of 1KiB or more').prefault('64KiB'),
  retry: retry.prefault({}),
  breaker: breaker.prefault({}),
  giveUpAfter: duration(1, 'of 1ms or more').prefault('30s'),
})

/** What a stream keeps to beside its source. */
const ownLimits = strict({
  rate: ratePerSecond().optional(),
  quota: quotaSchema.optional(),
  concurrency: count(1, 10_000).optional(),
})

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

const timeoutAllowed = { error: 'a duration of 1ms or more, such as 500ms, 5s, 1m, or none' }

const shareAllowed = { error: 'a whole number of records, or a share such as 5%' }
const allowance = z.union(
  [
    count(0, Number.MAX_SAFE_INTEGER, shareAllowed.error),
    z
      .string()
      .regex(/^\d+(?:\.\d+)?%$/, { ...shareAllowed, abort: true })
      .refine(isShare, shareAllowed),
  ],
  shareAllowed,
)

const quality = strict({
  maxRejected: allowance.optional(),
  maxMissing: allowance.optional(),
  minRecords: count(0, Number.MAX_SAFE_INTEGER).optional(),
})

const tls = strict({
  ca: text('a PEM file').optional(),
  cert: text('a PEM file').optional(),
  key: text('a PEM file').optional(),
  servername: text('the name of a host').optional(),
  insecure: flag().prefault(false),
})

const totalAllowed = 'a path such as meta.total, or { header: x-total-count }'
const total = anyOf([path(), strict({ header: headerName() })], totalAllowed)

/** All keys of a source of one stream. */
export const streamSchema = strict({
  name: checkedText('a name of letters, digits, _ and -', isStreamName),
  baseUrl: checkedText('an http or https URL without query and credentials', isBaseUrl),
  path: pathValue()
    .describe('What follows a ? is a query, sent as it is written; `query` wins over it.')
    .prefault(''),
  query: queryValues().prefault({}),
  method: oneOf(METHODS).optional(),
  body: bodySchema.optional(),
  for: forSchema.optional(),
  since: sinceSchema.optional(),
  markDeleted: flag().prefault(false),
  contract: oneOf(['evolve', 'freeze', 'quarantine']).prefault('evolve'),
  headers: headerValues().prefault({}),
  auth: authSchema.optional(),
  cookies: flag().prefault(false),
  proxy: checkedText('the http or https URL of a proxy, or none', isProxy).optional(),
  tls: tls.optional(),
  allowPrivate: flag().prefault(false),
  redirects: oneOf(['sameOrigin', 'none']).prefault('sameOrigin'),
  pagination: paginationSchema.prefault({ type: 'none' }),
  format: formatSchema.optional(),
  ...recordKeys,
  total: total.optional(),
  errorPath: path().optional(),
  responses: responsesSchema.optional(),
  retryable: flag().optional(),
  hooks: hooksSchema.optional(),
  quality: quality.optional(),
  limits: limits.prefault({}),
  ownLimits: ownLimits.optional(),
})

/** The file, each stream with its source's keys, defaults filled in, durations and sizes still as texts. */
export const pipelineSchema = strict({
  version: z.literal(1, { error: '1: the version of this file format' }).optional(),
  name: checkedText('a name of letters, digits, spaces, _ . and -', isPipelineName).optional(),
  output: text('a folder').prefault('out'),
  timeout: z.union([z.literal('none'), duration(1, 'of 1ms or more')], timeoutAllowed).prefault('none'),
  grace: duration(0, 'of 0ms or more').prefault('5s'),
  workers: count(1, 64).prefault(4),
  memory: size(MiB, 'of 1MiB or more').prefault('64MiB'),
  rateLimit: ratePerSecond().prefault(5),
  summary: strict({ products: flag().prefault(false) }).optional(),
  sinks: sinksSchema.prefault([]),
  sources: z
    .array(withHooks(withKnownDeletions(withFieldsOnce(withOneId(streamSchema)))), {
      error: 'a list of sources, each of which begins with "- "',
    })
    .min(1, { error: 'a list of at least one source' }),
})

export type PipelineFile = z.output<typeof pipelineSchema>
export type SourceFile = PipelineFile['sources'][number]

/** With its source's name before a dot, where that has several. */
function isStreamName(name: string): boolean {
  return /^[\w-]{1,64}(?:\.[\w-]{1,64})?$/.test(name)
}

function isShare(text: string): boolean {
  return Number.parseFloat(text) <= 100
}

function isPipelineName(name: string): boolean {
  return /^\w[\w .-]{0,63}$/.test(name)
}

function isBaseUrl(value: string): boolean {
  if (!URL.canParse(value)) return false
  const url = new URL(value)
  return /^https?:$/.test(url.protocol) && url.search + url.hash + url.username + url.password === ''
}

export function isProxy(value: string): boolean {
  return value === 'none' || (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol))
}
