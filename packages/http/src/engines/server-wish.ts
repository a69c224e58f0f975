import { delayAskedFor, LONGEST_PLAUSIBLE_WISH_MS } from 'async-patterns'

/** That a server wants to be left alone for a while. */
export interface ServerWish {
  /** From now on, in milliseconds; 0 when the moment has passed. */
  readonly waitMs: number
  /** The header that says so, in lower case. */
  readonly header: string
  /** Up to 31 days. What is longer was not meant as it reads. */
  readonly isPlausible: boolean
}

type Headers = Readonly<Record<string, string>>
type Wishes = readonly { readonly header: string; readonly waitMs: number }[]

/** Statuses that tell by themselves that a limit was met. */
const LIMIT_MET: ReadonlySet<number> = new Set([429, 503])

const RETRY_AFTER = ['retry-after', 'x-retry-after'] as const
const RETRY_AFTER_MS = ['retry-after-ms', 'x-ms-retry-after-ms'] as const

/** Most responses have no header of such a name. */
const TELLS_A_WISH = /retry-after|rate-?limit/

/** `X-RateLimit-Reset`, `RateLimit-Remaining`, `X-Rate-Limit-Reset`, `x-ratelimit-reset-after`, `...-reset-requests`. */
const LIMIT_HEADER = /^((?:x-)?rate-?limit-)(remaining|reset-after|reset)(-[\w-]+?)??(-ms)?$/

/**
 * What a response asks for: by Retry-After, else by the headers of a rate limit that is used up (RateLimit of
 * the IETF's drafts, X-RateLimit-* in their usual forms). Undefined when it asks for nothing.
 *
 * Moments are compared with the server's own `Date`, so that a clock that is wrong does no harm on either
 * side; with `now` (epoch milliseconds) where there is none. Of several wishes in one kind of header the
 * longest plausible one counts. Sources: RFC 9110, 10.2.3; draft-ietf-httpapi-ratelimit-headers-07 and -11.
 */
export function wishOf(status: number, headers: Headers, now: number): ServerWish | undefined {
  if (!Object.keys(headers).some(name => TELLS_A_WISH.test(name))) return undefined
  const delay = delayBy(headers, now)
  const afters = retryAfters(headers, delay)
  const limits = usedUp(headers, LIMIT_MET.has(status), delay)
  return plausible(afters) ?? plausible(limits) ?? longest(afters) ?? longest(limits)
}

/** How long a wish is, by the server's clock or else, where that makes no sense, by ours. */
function delayBy({ date }: Headers, now: number): (text: string | undefined) => number | undefined {
  const servers = date === undefined ? NaN : Date.parse(date)
  return text => {
    const delayMs = delayAskedFor(text, Number.isNaN(servers) ? now : servers)
    return delayMs === undefined || delayMs <= LONGEST_PLAUSIBLE_WISH_MS ? delayMs : delayAskedFor(text, now)
  }
}

function retryAfters(headers: Headers, delay: ReturnType<typeof delayBy>): Wishes {
  return [
    ...RETRY_AFTER_MS.flatMap(header => wish(header, scaled(delay(headers[header]), 1 / 1_000))),
    ...RETRY_AFTER.flatMap(header => wish(header, delay(headers[header]))),
  ]
}

function scaled(value: number | undefined, factor: number): number | undefined {
  return value === undefined ? undefined : value * factor
}

function wish(header: string, waitMs: number | undefined): Wishes {
  return waitMs === undefined ? [] : [{ header, waitMs }]
}

/** `isMet`: a limit was met, even if no header says which. */
function usedUp(headers: Headers, isMet: boolean, delay: ReturnType<typeof delayBy>): Wishes {
  const single = Object.keys(headers).flatMap(header => {
    const [, prefix, kind, suffix = '', ms] = LIMIT_HEADER.exec(header) ?? []
    if (kind === undefined || kind === 'remaining') return []
    const waitMs = scaled(delay(headers[header]), ms === undefined ? 1 : 1 / 1_000)
    return { header, remaining: headers[`${prefix}remaining${suffix}`], waitMs }
  })
  const combined = limitsIn(headers).map(({ remaining, reset }) => {
    return { header: 'ratelimit', remaining, waitMs: delay(reset) }
  })
  return [...single, ...combined]
    .filter(({ remaining }) => (remaining === undefined ? isMet : isNothing(remaining, isMet)))
    .flatMap(({ header, waitMs }) => wish(header, waitMs))
}

/** Below zero is an overdrawn limit for some servers, and none at all for others. */
function isNothing(remaining: string, isMet: boolean): boolean {
  const nothing = isMet ? /^\s*(?:0+(?:\.0*)?|-\d+(?:\.\d*)?)\s*$/ : /^\s*0+(?:\.0*)?\s*$/
  return remaining.split(',').some(text => nothing.test(text))
}

interface Limit {
  readonly remaining: string | undefined
  /** In seconds. */
  readonly reset: string | undefined
}

/** The members of a list, each as its name and its parameters; commas and semicolons within quotes are none. */
const MEMBERS = /((?:"(?:\\.|[^"\\])*"|[^",;])+)((?:;(?:"(?:\\.|[^"\\])*"|[^",])*)?)/g

interface Member {
  readonly name: string
  readonly parameters: string
}

function membersOf(value: string | undefined): Member[] {
  return [...(value ?? '').matchAll(MEMBERS)].map(([, name = '', parameters = '']) => {
    return { name: name.trim(), parameters }
  })
}

/** `RateLimit: "default";r=0;t=30` (draft 11), or `limit=10, remaining=0, reset=30` (draft 7). */
function limitsIn(headers: Headers): Limit[] {
  const members = membersOf(headers['ratelimit'])
  const named = members.map(({ name, parameters }) => {
    const remaining = parameter(parameters, 'r')
    const window = remaining === undefined ? undefined : windowOf(headers, name)
    return { remaining, reset: parameter(parameters, 't') ?? window }
  })
  const whole = members.map(({ name }) => name).join(';')
  return [...named, { remaining: parameter(whole, 'remaining'), reset: parameter(whole, 'reset') }]
}

/** The window of a policy: by then at the latest there is a new quota. */
function windowOf(headers: Headers, name: string): string | undefined {
  const policy = membersOf(headers['ratelimit-policy']).find(member => member.name === name)
  return policy === undefined ? undefined : parameter(policy.parameters, 'w')
}

function parameter(text: string, name: string): string | undefined {
  return new RegExp(`(?:^|;)\\s*${name}\\s*=\\s*(\\d+)`).exec(text)?.[1]
}

function plausible(wishes: Wishes): ServerWish | undefined {
  return longest(wishes.filter(({ waitMs }) => waitMs <= LONGEST_PLAUSIBLE_WISH_MS))
}

function longest(wishes: Wishes): ServerWish | undefined {
  const [first] = wishes.toSorted((a, b) => b.waitMs - a.waitMs)
  return first === undefined
    ? undefined
    : { ...first, isPlausible: first.waitMs <= LONGEST_PLAUSIBLE_WISH_MS }
}
