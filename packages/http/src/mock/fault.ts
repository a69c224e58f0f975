import { checkCount, checkDuration, checkNumber, checkOneOf } from 'async-patterns'
import { checkKeys, list, record } from './check-record.js'

/** What goes wrong with one answer. */
export type Fault =
  /** Another status, with a small JSON body, and Retry-After in whole seconds when given. */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterSeconds?: number }
  /** The right answer, this slowly. */
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  /** The connection closes in the middle of the body, short of its Content-Length. */
  | { readonly kind: 'truncate' }
  /** A complete response with status 200 whose JSON breaks off. */
  | { readonly kind: 'malformed' }
  /** A page of HTML with status 200, as a proxy or a login wall sends it. */
  | { readonly kind: 'html' }
  /** The connection is reset (RST) without an answer. */
  | { readonly kind: 'reset' }
  /** No answer, ever; the connection stays open. */
  | { readonly kind: 'hang' }
  /** Bytes that are no HTTP. */
  | { readonly kind: 'garbage' }

/** Which requests go wrong, and how. All conditions that are given must hold; without any, every request. */
export interface FaultRule {
  /** The nth requests since the behaviour was set, from 1. */
  readonly requests?: readonly number[]
  /** The page that is asked for, from 1 (shops only). */
  readonly page?: number
  /** The nth requests for that page since the behaviour was set, from 1 (shops only). */
  readonly tries?: readonly number[]
  /** Only this share of them, 0 to 1, by seed. */
  readonly rate?: number
  readonly fault: Fault
}

const PARAMETERS: Readonly<Record<Fault['kind'], readonly string[]>> = {
  status: ['status', 'retryAfterSeconds'],
  slow: ['bytesPerSecond'],
  truncate: [],
  malformed: [],
  html: [],
  reset: [],
  hang: [],
  garbage: [],
}

/** All kinds of faults, for help texts. */
export const FAULT_KINDS = Object.keys(PARAMETERS) as readonly Fault['kind'][]

/** @throws TypeError or RangeError naming what is wrong and what is allowed. */
export function checkFault(name: string, value: unknown): Fault {
  const fault = record(name, value)
  checkOneOf(`${name}.kind`, fault['kind'], FAULT_KINDS)
  const kind = fault['kind'] as Fault['kind']
  checkKeys(name, fault, ['kind', ...PARAMETERS[kind]])
  if (kind === 'status') checkCount(`${name}.status`, fault['status'], { min: 200, max: 599 })
  if (kind === 'slow') checkNumber(`${name}.bytesPerSecond`, fault['bytesPerSecond'], { min: 1 })
  if (fault['retryAfterSeconds'] !== undefined) {
    checkDuration(`${name}.retryAfterSeconds`, fault['retryAfterSeconds'], { integer: true })
  }
  return { ...fault } as unknown as Fault
}

/** @throws TypeError or RangeError naming what is wrong and what is allowed. */
export function checkFaultRule(name: string, value: unknown): FaultRule {
  const rule = record(name, value)
  checkKeys(name, rule, ['requests', 'page', 'tries', 'rate', 'fault'])
  for (const key of ['requests', 'tries']) {
    if (rule[key] === undefined) continue
    for (const nth of list(`${name}.${key}`, rule[key])) checkCount(`${name}.${key}`, nth)
  }
  if (rule['page'] !== undefined) checkCount(`${name}.page`, rule['page'])
  if (rule['rate'] !== undefined) checkNumber(`${name}.rate`, rule['rate'], { min: 0, max: 1 })
  return { ...rule, fault: checkFault(`${name}.fault`, rule['fault']) }
}
