import type { ResponseRule } from '../../acquisition/index.js'
import type { Fault } from '../fault.js'
import { jsonReply } from '../reply.js'
import type { Reply } from '../reply.js'
import { withValue } from './path-steps.js'

type Until = NonNullable<ResponseRule['until']>
type StatusFault = Extract<Fault, { readonly kind: 'status' }>

const WRITTEN: Readonly<Record<Until['as'], (ms: number) => string | number>> = {
  seconds: ms => Math.ceil(ms / 1_000),
  millis: ms => ms,
  minutes: ms => ms / 60_000,
  epochSeconds: ms => Math.ceil((Date.now() + ms) / 1_000),
  epochMillis: ms => Date.now() + ms,
  date: ms => new Date(Math.ceil((Date.now() + ms) / 1_000) * 1_000).toUTCString(),
}

/** A refusal that says until when, as a rule of the stream reads it; undefined where no rule does. */
export function limitReply(
  { status, retryAfterSeconds }: StatusFault,
  rules: readonly ResponseRule[],
): Reply | undefined {
  if (retryAfterSeconds === undefined) return undefined
  const rule = rules.find(
    one =>
      one.action === 'wait' && one.statuses?.some(([from, to]) => status >= from && status <= to) === true,
  )
  if (rule?.until === undefined || rule.until.matches !== undefined) return undefined
  const { header, body = '', as } = rule.until
  const value = WRITTEN[as](retryAfterSeconds * 1_000)
  if (header !== undefined) return jsonReply(status, { status }, [header, String(value)])
  return body === '' ? undefined : jsonReply(status, withValue({ status }, body, value) as object)
}
