import type { ServerWish, TransportResponse } from '../../engines/index.js'
import type { PageReading } from '../records/index.js'

/**
 * What a response means: `page` (its records are taken), `skip` (it counts as a page without records), `end`
 * (the stream has no further page), `retry`, `wait` (the server asks for less), `refreshAuth` (the
 * credentials are to be renewed), `fail` (no try can help).
 */
export type ResponseAction = 'page' | 'skip' | 'end' | 'retry' | 'wait' | 'refreshAuth' | 'fail'

/** One row of the table by which responses are judged. It matches when all that it names is so. */
export interface ResponseRule {
  /** From and to, both included. Default any. */
  readonly status?: readonly [from: number, to: number] | undefined
  /** A header that is there, in lower case. */
  readonly header?: string | undefined
  /** Only where the server asks for quiet: by Retry-After, or in whichever way can be read. */
  readonly quiet?: 'retry-after' | 'any' | undefined
  /** A path in the body at which something stands: not null, false, 0, nor an empty text, list or object. */
  readonly path?: string | undefined
  /** Only for a body without records. */
  readonly withoutRecords?: boolean | undefined
  readonly action: ResponseAction
}

const SUCCESS = [200, 299] as const
const ACCEPTED = [202, 202] as const

/** Keys under which services put errors that they answer with status 200. */
const USUAL_ERROR_KEYS = ['error', 'errors', 'fault', 'exception'] as const

/** Client errors that say "later" and not "never", but for 429, which asks for less. */
const PASSING_CLIENT_ERRORS = [408, 425] as const

/**
 * The table of a stream, the first match decides. `errorPath`: what a page carries only when it is an error.
 */
export function defaultRules(errorPath?: string): readonly ResponseRule[] {
  return [
    { status: ACCEPTED, quiet: 'retry-after', action: 'wait' },
    ...(errorPath === undefined ? [] : [{ status: SUCCESS, path: errorPath, action: 'retry' } as const]),
    ...USUAL_ERROR_KEYS.map(
      path => ({ status: SUCCESS, path, withoutRecords: true, action: 'retry' }) as const,
    ),
    // "Not ready", unless it holds the records.
    { status: ACCEPTED, withoutRecords: true, action: 'retry' },
    // Beside records they are told, and the records taken: a partial result, as GraphQL gives it.
    ...USUAL_ERROR_KEYS.map(path => ({ status: SUCCESS, path, action: 'page' }) as const),
    { status: SUCCESS, action: 'page' },
    { status: [401, 401], action: 'refreshAuth' },
    { status: [429, 429], action: 'wait' },
    { status: [403, 403], quiet: 'any', action: 'wait' },
    { status: [400, 999], quiet: 'retry-after', action: 'wait' },
    { status: [500, 999], action: 'retry' },
    ...PASSING_CLIENT_ERRORS.map(status => ({ status: [status, status], action: 'retry' }) as const),
    { action: 'fail' },
  ]
}

/** The paths that the rules name: what a page's reading has to observe. */
export function observedPaths(rules: readonly ResponseRule[]): string[] {
  return [...new Set(rules.flatMap(({ path }) => path ?? []))]
}

export interface Judgement {
  readonly action: ResponseAction
  /** What stands at the path that decided, as a message shows it. */
  readonly told?: string | undefined
}

/** All that a response is judged by. */
export interface JudgedResponse extends Pick<TransportResponse, 'statusCode' | 'headers'> {
  /** For how long it asks to be left alone, where it asks. */
  readonly wish?: ServerWish | undefined
}

/** Judges responses by a table of rules, in one place for all of a stream. */
export class ResponseRules {
  readonly #rules: readonly ResponseRule[]

  constructor(rules: readonly ResponseRule[]) {
    this.#rules = rules
  }

  /** Whether the body has to be read before the response can be judged. */
  needsBody(response: JudgedResponse): boolean {
    const first = this.#rules.find(rule => matchesHead(rule, response))
    return first?.path !== undefined || first?.withoutRecords === true || first?.action === 'page'
  }

  /** `reading`: of the body, where it was needed. A response that no rule matches is a failure. */
  judge(response: JudgedResponse, reading?: PageReading): Judgement {
    for (const rule of this.#rules) {
      if (!matchesHead(rule, response) || !matchesBody(rule, reading)) continue
      return { action: rule.action, told: rule.path === undefined ? undefined : reading?.observed[rule.path] }
    }
    return { action: 'fail' }
  }
}

function matchesHead(rule: ResponseRule, { statusCode, headers, wish }: JudgedResponse): boolean {
  const { status, header, quiet } = rule
  const isInRange = status === undefined || (statusCode >= status[0] && statusCode <= status[1])
  if (quiet !== undefined && wish === undefined) return false
  if (quiet === 'retry-after' && wish?.header.includes('retry-after') !== true) return false
  return isInRange && (header === undefined || headers[header] !== undefined)
}

function matchesBody({ path, withoutRecords }: ResponseRule, reading: PageReading | undefined): boolean {
  if (withoutRecords === true && reading?.ok === true && reading.page.recordCount > 0) return false
  return path === undefined || reading?.observed[path] !== undefined
}
