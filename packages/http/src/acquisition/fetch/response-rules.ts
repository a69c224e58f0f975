import type { ServerWish, TransportResponse } from '../../engines/index.js'
import type { BodyProbe, PageReading, Where } from '../records/index.js'
import { probeKey } from '../records/index.js'
import type { HeaderTest } from './header-test.js'
import { headerHolds } from './header-test.js'
import type { WishPlace } from './rule-wish.js'
import { wishProbe } from './rule-wish.js'

/**
 * What a response means: `page` (its records are taken), `skip` (it counts as a page without records), `end`
 * (the stream has no further page), `retry`, `wait` (the server asks for less), `refreshAuth` (the
 * credentials are to be renewed), `fail` (no try can help).
 */
export type ResponseAction = (typeof responseActions)[number]

export const responseActions = ['page', 'skip', 'retry', 'fail', 'end', 'wait', 'refreshAuth'] as const

/** Statuses from and to, both included. */
export type StatusRange = readonly [from: number, to: number]

/** One row of the table by which responses are judged. It matches when all that it names is so. */
export interface ResponseRule {
  /** One of these. Default any. */
  readonly statuses?: readonly StatusRange[] | undefined
  /** All of these. Default none. */
  readonly headers?: readonly HeaderTest[] | undefined
  /** Only where the server asks for quiet: by Retry-After, or in whichever way can be read. */
  readonly quiet?: 'retry-after' | 'any' | undefined
  /** A path in the body at which something stands: not null, false, 0, nor an empty text, list or object. */
  readonly path?: string | undefined
  /** What the body must be; the path `''` is its text. */
  readonly body?: Where | undefined
  /** Only for a body without records. */
  readonly withoutRecords?: boolean | undefined
  readonly action: ResponseAction
  /** Of `wait`: where the response says for how long. */
  readonly until?: WishPlace | undefined
  /** Of `wait`, where `until` finds nothing: the time of quiet. Of `retry`: the wait before the next try. */
  readonly forMs?: number | undefined
  /** What is shown with the error, or the notice. */
  readonly message?: string | undefined
  /** Whether it stands in the file, by somebody who knows the server. Default false. */
  readonly isOwn?: boolean | undefined
}

const SUCCESS = [[200, 299]] as const
const ACCEPTED = [[202, 202]] as const

/** Keys under which services put errors that they answer with status 200. */
const USUAL_ERROR_KEYS = ['error', 'errors', 'fault', 'exception'] as const

/** Client errors that say "later" and not "never", but for 429, which asks for less. */
const PASSING_CLIENT_ERRORS = [
  [408, 408],
  [425, 425],
] as const

/**
 * The table of a stream, the first match decides. `errorPath`: what a page carries only when it is an error.
 */
export function defaultRules(errorPath?: string): readonly ResponseRule[] {
  return [
    { statuses: ACCEPTED, quiet: 'retry-after', action: 'wait' },
    ...(errorPath === undefined ? [] : [{ statuses: SUCCESS, path: errorPath, action: 'retry' } as const]),
    ...USUAL_ERROR_KEYS.map(
      path => ({ statuses: SUCCESS, path, withoutRecords: true, action: 'retry' }) as const,
    ),
    // "Not ready", unless it holds the records.
    { statuses: ACCEPTED, withoutRecords: true, action: 'retry' },
    // Beside records they are told, and the records taken: a partial result, as GraphQL gives it.
    ...USUAL_ERROR_KEYS.map(path => ({ statuses: SUCCESS, path, action: 'page' }) as const),
    { statuses: SUCCESS, action: 'page' },
    { statuses: [[401, 401]], action: 'refreshAuth' },
    { statuses: [[429, 429]], action: 'wait' },
    { statuses: [[403, 403]], quiet: 'any', action: 'wait' },
    { statuses: [[400, 999]], quiet: 'retry-after', action: 'wait' },
    { statuses: [[500, 999], ...PASSING_CLIENT_ERRORS], action: 'retry' },
    { action: 'fail' },
  ]
}

/** The paths that the rules name: what a page's reading has to observe. */
export function observedPaths(rules: readonly ResponseRule[]): string[] {
  return [...new Set(rules.flatMap(({ path }) => path ?? []))]
}

/** What else a reading has to find for the rules, and where they look for wishes. */
export function probesOf(rules: readonly ResponseRule[]): BodyProbe[] {
  const probes = rules.flatMap(({ body, until }) => [
    ...(body === undefined ? [] : [{ where: body }]),
    ...(until === undefined ? [] : [wishProbe(until)]),
  ])
  return probes.filter(probe => probe !== undefined)
}

export interface Judgement {
  readonly action: ResponseAction
  /** What stands at the path that decided, as a message shows it. */
  readonly told?: string | undefined
  /** The rule that decided; undefined where none matched. */
  readonly rule?: ResponseRule | undefined
}

/** All that a response is judged by. */
export interface JudgedResponse extends Pick<TransportResponse, 'statusCode' | 'headers'> {
  /** For how long it asks to be left alone, where it asks. */
  readonly wish?: ServerWish | undefined
}

/** Judges responses by a table of rules, in one place for all of a stream. */
export class ResponseRules {
  readonly #rules: readonly ResponseRule[]
  readonly #setWishes: readonly ResponseRule[]
  readonly #keepRedirects: readonly ResponseRule[]

  constructor(rules: readonly ResponseRule[]) {
    this.#rules = rules
    this.#setWishes = rules.filter(setsWish)
    this.#keepRedirects = rules.filter(namesRedirects)
  }

  /** Whether the body has to be read before the response can be judged. */
  needsBody(response: JudgedResponse): boolean {
    const first = this.#rules.find(rule => matchesHead(rule, response))
    return first?.action === 'page' || (first !== undefined && looksIntoBody(first))
  }

  /** Whether a rule may know better than its headers for how long the server wants to be left alone. */
  knowsWish(response: JudgedResponse): boolean {
    return this.#setWishes.some(rule => matchesHead(rule, response))
  }

  /** Whether a rule names its status, so that a redirect is not followed. */
  keepsRedirect(response: JudgedResponse): boolean {
    return this.#keepRedirects.some(rule => matchesHead(rule, response))
  }

  /** `reading`: of the body, where it was needed. A response that no rule matches is a failure. */
  judge(response: JudgedResponse, reading?: PageReading): Judgement {
    for (const rule of this.#rules) {
      if (!matchesHead(rule, response) || !matchesBody(rule, reading)) continue
      const { action, path, body } = rule
      const key = body === undefined ? path : probeKey({ where: body })
      return { action, told: key === undefined ? undefined : reading?.observed[key], rule }
    }
    return { action: 'fail' }
  }
}

function namesRedirects({ isOwn, statuses = [] }: ResponseRule): boolean {
  return isOwn === true && statuses.some(([from, to]) => from >= 300 && to < 400)
}

function setsWish({ action, until, forMs }: ResponseRule): boolean {
  return action === 'wait' && (until !== undefined || forMs !== undefined)
}

function looksIntoBody({ path, body, until, withoutRecords }: ResponseRule): boolean {
  return path !== undefined || body !== undefined || until?.body !== undefined || withoutRecords === true
}

function matchesHead(rule: ResponseRule, { statusCode, headers, wish }: JudgedResponse): boolean {
  const { statuses, headers: tests = [], quiet } = rule
  if (quiet !== undefined && wish === undefined) return false
  if (quiet === 'retry-after' && wish?.header.includes('retry-after') !== true) return false
  const isNamed =
    statuses === undefined || statuses.some(([from, to]) => statusCode >= from && statusCode <= to)
  return isNamed && tests.every(test => headerHolds(test, headers))
}

function matchesBody(
  { path, body, withoutRecords }: ResponseRule,
  reading: PageReading | undefined,
): boolean {
  if (withoutRecords === true && reading?.ok === true && reading.page.recordCount > 0) return false
  if (body !== undefined && reading?.observed[probeKey({ where: body })] === undefined) return false
  return path === undefined || reading?.observed[path] !== undefined
}
