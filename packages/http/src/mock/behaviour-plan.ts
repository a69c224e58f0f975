import { seededRandom } from 'async-patterns'
import type { Random } from 'async-patterns'
import { checkBehaviour } from './behaviour.js'
import type { Behaviour, Span } from './behaviour.js'
import type { Fault, FaultRule } from './fault.js'
import { checkLatency, latencySampler } from './latency.js'

/** What happens to one request. */
export interface Decision {
  /** Until the answer, or the fault, begins. */
  readonly delayMs: number
  readonly fault: Fault | undefined
}

/** What the plan has to know of a request. */
interface Arrival {
  readonly at: number
  readonly page: number | undefined
  readonly nth: number
  readonly nthOfPage: number
}

const UNAVAILABLE: Fault = { kind: 'status', status: 503 }
const FAILED: Fault = { kind: 'status', status: 500 }

function tooMany(retryAfterSeconds: number): Fault {
  return { kind: 'status', status: 429, retryAfterSeconds }
}

/**
 * One behaviour at work. A request for a page draws its chances from seed, page and try, so that it meets
 * the same in whatever order concurrent requests arrive; other requests draw in order of arrival.
 */
export class BehaviourPlan {
  readonly behaviour: Behaviour
  readonly #seed: number
  readonly #startedAt: number
  readonly #random: Random
  readonly #drawLatency: (random: Random) => number
  readonly #window: RollingSecond | undefined
  readonly #tries = new Map<number, number>()
  #stalls: readonly Span[]
  #arrivals = 0

  /** `startedAt` and the times handed to `decide` are milliseconds on one and the same scale. */
  constructor(behaviour: unknown, seed: number, startedAt: number) {
    this.behaviour = checkBehaviour(behaviour)
    this.#seed = seed
    this.#startedAt = startedAt
    this.#random = seededRandom(seed)
    this.#drawLatency = latencySampler(checkLatency('latency', this.behaviour.latency))
    this.#stalls = this.behaviour.stalls ?? []
    const limit = this.behaviour.rateLimitPerSecond
    this.#window = limit === undefined ? undefined : new RollingSecond(limit)
  }

  /** `latencyMs` is taken instead of the behaviour's latency, without jitter. */
  decide(now: number, page?: number, latencyMs?: number): Decision {
    const arrival = this.#arrive(now - this.#startedAt, page)
    const random = page === undefined ? this.#random : this.#randomOf(page, arrival.nthOfPage)
    const dueAt = arrival.at + (latencyMs ?? this.#latency(random))
    const delayMs = this.#afterStall(dueAt) - arrival.at
    return { delayMs, fault: this.#fault(arrival, random) }
  }

  /** One more stall, beside those of the behaviour; those that are over are forgotten. */
  stall(now: number, { fromMs, untilMs }: Required<Span>): void {
    const at = now - this.#startedAt
    const ahead = this.#stalls.filter(span => (span.untilMs ?? Infinity) > at)
    this.#stalls = [...ahead, { fromMs: at + fromMs, untilMs: at + untilMs }]
  }

  #arrive(at: number, page: number | undefined): Arrival {
    const nthOfPage = page === undefined ? 1 : (this.#tries.get(page) ?? 0) + 1
    if (page !== undefined) this.#tries.set(page, nthOfPage)
    return { at, page, nth: ++this.#arrivals, nthOfPage }
  }

  #randomOf(page: number, nth: number): Random {
    return seededRandom(Math.imul(this.#seed, 0x9e3779b1) ^ Math.imul(page, 0x85ebca6b) ^ nth)
  }

  #latency(random: Random): number {
    const latency = this.#drawLatency(random)
    const jitter = this.behaviour.jitter ?? 0
    return jitter === 0 ? latency : latency * (1 + jitter * (2 * random() - 1))
  }

  #afterStall(dueAt: number): number {
    const stall = this.#stalls.find(span => holds(span, dueAt))
    return stall?.untilMs ?? dueAt
  }

  #fault(arrival: Arrival, random: Random): Fault | undefined {
    const { outages, faults, errorRate = 0, rateLimitAfter = Infinity } = this.behaviour
    const outage = outages?.find(span => holds(span, arrival.at))
    if (outage !== undefined) return outage.fault ?? UNAVAILABLE
    if (arrival.nth > rateLimitAfter) return tooMany(oneToFive(random))
    if (this.#window?.tryTake(arrival.at) === false) return tooMany(1)
    const rule = faults?.find(one => applies(one, arrival, random))
    if (rule !== undefined) return rule.fault
    return errorRate > 0 && random() < errorRate ? FAILED : undefined
  }
}

/** A Retry-After of 1 to 5 whole seconds. */
export function oneToFive(random: Random): number {
  return 1 + Math.floor(random() * 5)
}

function holds({ fromMs, untilMs = Infinity }: Span, at: number): boolean {
  return at >= fromMs && at < untilMs
}

function applies(rule: FaultRule, arrival: Arrival, random: Random): boolean {
  if (rule.requests?.includes(arrival.nth) === false) return false
  if (rule.page !== undefined && rule.page !== arrival.page) return false
  if (rule.tries?.includes(arrival.nthOfPage) === false) return false
  return rule.rate === undefined || random() < rule.rate
}

/** At most `limit` in any half-open second: remembers the last `limit` that were taken. */
class RollingSecond {
  readonly #taken: Float64Array
  #next = 0

  constructor(limit: number) {
    this.#taken = new Float64Array(limit).fill(-Infinity)
  }

  /** False when the second that ends at `now` (milliseconds) is full already. */
  tryTake(now: number): boolean {
    const oldest = this.#taken[this.#next] as number
    if (now - oldest < 1000) return false
    this.#taken[this.#next] = now
    this.#next = (this.#next + 1) % this.#taken.length
    return true
  }
}
