import { LONGEST_PLAUSIBLE_WISH_MS } from 'async-patterns'
import type { ServerWish } from '../../engines/index.js'
import type { BodyProbe } from '../records/index.js'
import { probeKey } from '../records/index.js'

/** How a moment, or a time from now, is written. */
type WishForm = (typeof wishForms)[number]

export const wishForms = ['seconds', 'millis', 'minutes', 'epochSeconds', 'epochMillis', 'date'] as const

/** Where a response says for how long, or until when, it is to be left alone. */
export interface WishPlace {
  /** In lower case. */
  readonly header?: string | undefined
  /** A path in the body; `''` is its text. */
  readonly body?: string | undefined
  /** A regular expression whose first group, or the whole of what it finds, is taken. */
  readonly matches?: string | undefined
  readonly as: WishForm
}

/** What the reading of the body has to bring for it. */
export function wishProbe({ body, matches }: WishPlace): BodyProbe | undefined {
  return body === undefined ? undefined : { path: body, cut: matches }
}

/** Where the wish is looked for, and what time it is. */
export interface WishSources {
  readonly headers: Readonly<Record<string, string>>
  readonly observed: Readonly<Record<string, string>>
  /** Epoch milliseconds. */
  readonly now: number
}

/**
 * The wish as it stands there; undefined where there is none that can be read. Moments are compared with the
 * server's own `Date`, where it tells one.
 */
function wishAt(place: WishPlace, { headers, observed, now }: WishSources): ServerWish | undefined {
  const text = textAt(place, headers, observed)
  if (text === undefined) return undefined
  const servers = Date.parse(headers['date'] ?? '')
  const waitMs = waitOf(text, place.as, Number.isNaN(servers) ? now : servers)
  if (Number.isNaN(waitMs)) return undefined
  return wishFor(waitMs, place.header ?? place.body ?? '')
}

/** What a rule says of the wait: where the response tells it, else the time that it gives itself. */
export function wishBy(
  rule: { readonly until?: WishPlace | undefined; readonly forMs?: number | undefined } | undefined,
  sources: WishSources,
): ServerWish | undefined {
  const { until, forMs } = rule ?? {}
  const told = until === undefined ? undefined : wishAt(until, sources)
  return told ?? (forMs === undefined ? undefined : wishFor(forMs, 'responses'))
}

function wishFor(waitMs: number, header: string): ServerWish {
  return { waitMs: Math.max(0, waitMs), header, isPlausible: waitMs <= LONGEST_PLAUSIBLE_WISH_MS }
}

const LONGEST_VALUE = 1_000

function textAt(
  place: WishPlace,
  headers: WishSources['headers'],
  observed: WishSources['observed'],
): string | undefined {
  const probe = wishProbe(place)
  if (probe !== undefined) return observed[probeKey(probe)]
  const value = headers[place.header ?? '']?.slice(0, LONGEST_VALUE)
  if (place.matches === undefined || value === undefined) return value
  const [whole, group = whole] = new RegExp(place.matches, 'u').exec(value) ?? []
  return group
}

/** NaN for what is not written so. */
function waitOf(text: string, as: WishForm, now: number): number {
  if (as === 'date') return Date.parse(text) - now
  const number = /^\s*\d+(?:\.\d+)?\s*$/.test(text) ? Number(text) : Number.NaN
  switch (as) {
    case 'millis':
      return number
    case 'seconds':
      return number * 1_000
    case 'minutes':
      return number * 60_000
    case 'epochSeconds':
      return number * 1_000 - now
    case 'epochMillis':
      return number - now
  }
}
