import type { Notice } from '../ledger/index.js'
import type { RefusedAnswer } from './http-status-error.js'
import { HttpStatusError } from './http-status-error.js'
import type { Judgement } from './response-rules.js'

/** The error of an answer that a rule does not take for a page, with what the rule has to say. */
export function refusedBy({ action, told, rule }: Judgement, answer: RefusedAnswer): HttpStatusError {
  const { detail, ...rest } = answer
  const says = [rule?.message, unreadWish(rule, answer)].filter(text => text !== undefined).join('; ')
  return new HttpStatusError({
    ...rest,
    told,
    detail: says === '' ? detail : `(${says})`,
    delayMs: action === 'retry' ? rule?.forMs : undefined,
    isOwn: rule?.isOwn,
  })
}

/** What is not understood is told. */
function unreadWish(rule: Judgement['rule'], { action, wish }: RefusedAnswer): string | undefined {
  const { until } = rule ?? {}
  const place = until?.header ?? until?.body
  if (until === undefined || place === undefined || action !== 'wait' || wish?.header === place)
    return undefined
  return `${place === '' ? 'the body' : place} tells no ${until.as}`
}

/** Of a page that a rule has skipped. */
export function skipNotice(statusCode: number, { told, rule }: Judgement): Notice {
  const why = [told, rule?.message].filter(text => text !== undefined).join('; ')
  const message = `answered ${statusCode} and skipped by a rule${why === '' ? '' : `: ${why}`}`
  return { code: 'RESPONSE_SKIPPED', about: `${statusCode}`, message }
}
