import { checkCount, checkDuration, checkNumber } from 'async-patterns'
import { checkKeys, list, record } from './check-record.js'
import { checkFault, checkFaultRule } from './fault.js'
import type { Fault, FaultRule } from './fault.js'
import { checkLatency } from './latency.js'
import type { Latency } from './latency.js'

/** A span of time, counted from the moment at which the behaviour was set. */
export interface Span {
  readonly fromMs: number
  /** Default: for ever. */
  readonly untilMs?: number
}

/** A full outage: every request in the span gets the fault. */
export interface Outage extends Span {
  /** Default: status 503. `reset` is a server that is not there. */
  readonly fault?: Fault
}

/**
 * How a mock server behaves. Counts and times begin when it is set; the same seed and requests give the
 * same answers. Of what could go wrong with a request the first in this order does: outage, rate limit,
 * fault rules from first to last, error rate.
 */
export interface Behaviour {
  /** A number is a constant latency in milliseconds. Default 5. */
  readonly latency?: number | Latency
  /** Each latency is multiplied by a factor drawn evenly from 1 - jitter to 1 + jitter. 0 to 1, default 0. */
  readonly jitter?: number
  /** Share of requests answered with status 500. 0 to 1, default 0. */
  readonly errorRate?: number
  /**
   * Above so many answers in a rolling second, 429 with Retry-After: 1. Refused ones are not counted.
   * Default: no limit.
   */
  readonly rateLimitPerSecond?: number
  /** All requests after the first so many get 429 with Retry-After 1 to 5, by seed. Default: none do. */
  readonly rateLimitAfter?: number
  /** Faults of single requests. Default: none. */
  readonly faults?: readonly FaultRule[]
  /** Default: none. */
  readonly outages?: readonly Outage[]
  /**
   * Nothing is answered in the span; what was due in it is answered at its end, as by a process that was
   * paused. Default: none.
   */
  readonly stalls?: readonly Span[]
}

const KEYS = [
  'latency',
  'jitter',
  'errorRate',
  'rateLimitPerSecond',
  'rateLimitAfter',
  'faults',
  'outages',
  'stalls',
]

/** A checked copy. @throws TypeError or RangeError naming the option, its value and what is allowed. */
export function checkBehaviour(value: unknown, name = 'behaviour'): Behaviour {
  const given = record(name, value)
  checkKeys(name, given, KEYS)
  const { latency, jitter, errorRate, rateLimitPerSecond, rateLimitAfter } = given
  ifGiven(jitter, () => checkNumber(`${name}.jitter`, jitter, { min: 0, max: 1 }))
  ifGiven(errorRate, () => checkNumber(`${name}.errorRate`, errorRate, { min: 0, max: 1 }))
  ifGiven(rateLimitPerSecond, () =>
    checkCount(`${name}.rateLimitPerSecond`, rateLimitPerSecond, { max: 1_000_000 }),
  )
  ifGiven(rateLimitAfter, () => checkCount(`${name}.rateLimitAfter`, rateLimitAfter, { min: 0 }))
  return {
    ...given,
    latency: checkLatency(`${name}.latency`, latency ?? 5),
    faults: all(`${name}.faults`, given['faults'], checkFaultRule),
    outages: all(`${name}.outages`, given['outages'], checkOutage),
    stalls: all(`${name}.stalls`, given['stalls'], checkStall),
  }
}

function ifGiven(value: unknown, check: () => void): void {
  if (value !== undefined) check()
}

function all<T>(name: string, value: unknown, check: (name: string, one: unknown) => T): readonly T[] {
  return list(name, value ?? []).map((one, at) => check(`${name}[${at}]`, one))
}

function checkOutage(name: string, value: unknown): Outage {
  const outage = record(name, value)
  checkKeys(name, outage, ['fromMs', 'untilMs', 'fault'])
  ifGiven(outage['fault'], () => checkFault(`${name}.fault`, outage['fault']))
  return { ...checkSpan(name, outage), ...outage }
}

/** A stall without an end would be a server that never answers: that is the fault `hang`. */
function checkStall(name: string, value: unknown): Span {
  const stall = record(name, value)
  checkKeys(name, stall, ['fromMs', 'untilMs'])
  checkDuration(`${name}.untilMs`, stall['untilMs'])
  return checkSpan(name, stall)
}

function checkSpan(name: string, value: Readonly<Record<string, unknown>>): Span {
  checkDuration(`${name}.fromMs`, value['fromMs'])
  const fromMs = value['fromMs'] as number
  ifGiven(value['untilMs'], () => checkDuration(`${name}.untilMs`, value['untilMs'], { min: fromMs }))
  return { ...value } as unknown as Span
}
