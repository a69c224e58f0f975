import type { BreakerTransitionEvent } from 'async-patterns'
import * as z from 'zod'
import { checkSchema, headingOf } from './bench-heading.js'
import type { BenchHeading, Check } from './bench-heading.js'

/** One change of the breaker's state. */
export interface SeenTransition extends Pick<BreakerTransitionEvent, 'from' | 'to' | 'cause'> {
  /** Milliseconds since the scenario began. */
  readonly atMs: number
}

/** One part of the scenario: all requests of it have ended. */
export interface BreakerPart {
  readonly requests: number
  /** Let through by the breaker: what the engine sent. */
  readonly sent: number
  /** By the server's own count. */
  readonly serverRequests: number
  readonly rejected: number
  readonly succeeded: number
  /** Successes a second. */
  readonly goodput: number
}

/** What was seen of a breaker whose server failed wholly and then healed. All of it from events. */
export interface BreakerFindings {
  readonly transitions: readonly SeenTransition[]
  /** When the server was healed: what came before was under 100 % errors. */
  readonly healedAtMs: number
  readonly outage: BreakerPart
  readonly recovery: BreakerPart
  /** From the first request to the first opening; null when it never opened. */
  readonly timeToOpenMs: number | null
  /** Requests that began after the breaker had opened and still reached the failing server: its probes. */
  readonly leaked: number
  /** How many probes its half-open states could admit. */
  readonly probesAllowed: number
  /** From the server's healing to the closing; null when it did not close. */
  readonly timeToRecoverMs: number | null
  /** Of the requests that began after the closing. */
  readonly failedAfterClosing: number
}

/** What was seen of a retry with a budget against a server that fails every other time. */
export interface RetryFindings {
  readonly requests: number
  readonly succeeded: number
  /** Of those, the ones whose first attempt did. */
  readonly succeededAtOnce: number
  /** Attempts by the server's own count. */
  readonly serverRequests: number
  /** Attempts that the server answered with 500. */
  readonly serverFailures: number
  readonly retries: number
  /** What the budget allowed in the end. */
  readonly budgetAllowed: number
  /** Requests that gave up because the budget was used up. */
  readonly budgetRefusals: number
  /** Attempts for each request: the load on the server beside that without retries. */
  readonly amplification: number
  /** Delays that were not what the configured backoff says for their attempt. */
  readonly wrongDelays: readonly number[]
}

/** A scenario's findings with the criteria by which it passed or failed. */
export interface Judged<T> {
  readonly findings: T
  readonly checks: readonly Check[]
}

/** What the resilience benchmark found; a scenario that was left out is null. */
export interface ResilienceReport extends BenchHeading<'resilience'> {
  readonly breaker: Judged<BreakerFindings> | null
  readonly retry: Judged<RetryFindings> | null
  /** Whether all criteria of all scenarios were met. */
  readonly passed: boolean
}

const part = z.object({
  requests: z.number(),
  sent: z.number(),
  serverRequests: z.number(),
  rejected: z.number(),
  succeeded: z.number(),
  goodput: z.number(),
})

/** States and causes are the breaker's words: which ones there are is not this file's to decide. */
const transition = z.object({ from: z.string(), to: z.string(), cause: z.string(), atMs: z.number() })

const breakerFindings: z.ZodType<BreakerFindings> = z.object({
  transitions: z.array(transition as unknown as z.ZodType<SeenTransition>),
  healedAtMs: z.number(),
  outage: part,
  recovery: part,
  timeToOpenMs: z.number().nullable(),
  leaked: z.number(),
  probesAllowed: z.number(),
  timeToRecoverMs: z.number().nullable(),
  failedAfterClosing: z.number(),
})

const retryFindings: z.ZodType<RetryFindings> = z.object({
  requests: z.number(),
  succeeded: z.number(),
  succeededAtOnce: z.number(),
  serverRequests: z.number(),
  serverFailures: z.number(),
  retries: z.number(),
  budgetAllowed: z.number(),
  budgetRefusals: z.number(),
  amplification: z.number(),
  wrongDelays: z.array(z.number()),
})

export const resilienceReportSchema: z.ZodType<ResilienceReport> = z.object({
  ...headingOf('resilience'),
  breaker: z.object({ findings: breakerFindings, checks: z.array(checkSchema) }).nullable(),
  retry: z.object({ findings: retryFindings, checks: z.array(checkSchema) }).nullable(),
  passed: z.boolean(),
})
