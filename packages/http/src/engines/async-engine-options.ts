import {
  CircuitBreaker,
  checkOneOf,
  compose,
  RetryPolicy,
  SemaphoreLimiter,
  systemClock,
  checkOptions,
} from 'async-patterns'
import type { AnyPolicy, CircuitBreakerOptions, Clock, Policy, RetryOptions } from 'async-patterns'
import { connectionOptions } from './connection-options.js'
import type { ConnectionOptions } from './connection-options.js'
import { classifyResponse, retryResponse } from './response-rules.js'
import type { Transport, TransportResponse } from './transport.js'
import { UndiciTransport } from './undici-transport.js'
import { WireTransport } from './wire/wire-transport.js'

/** How an AsyncEngine sends: over which connections, and under which policies. */
export interface AsyncEngineOptions {
  /** Requests that run at once, over all `run`s. Default 100. */
  readonly maxConcurrent?: number
  /** How many connections there are, and how long they live. Default: those of ConnectionOptions. */
  readonly connection?: ConnectionOptions
  /** `optimized` keeps connections open; `naive` makes one for each request. Default `optimized`. */
  readonly pooling?: 'naive' | 'optimized'
  /**
   * `undici` for everything, `wire` for load over plain http; a transport of your own is not closed. Default
   * `undici`.
   */
  readonly transport?: 'undici' | 'wire' | Transport
  /** A breaker, or the options of one that judges by `classifyResponse`. Default: none. */
  readonly circuitBreaker?: CircuitBreaker<TransportResponse> | CircuitBreakerOptions<TransportResponse>
  /** A retry, or the configuration of one that tries again by `retryResponse`. Default: none. */
  readonly retryPolicy?: RetryPolicy<TransportResponse> | RetryOptions<TransportResponse>
  /** Any policy, around the breaker if there is one; it takes the place of `retryPolicy`. Default: none. */
  readonly policy?: Policy<TransportResponse>
  /** Sent with every request, in the place of the transports' own. Default: none but those. */
  readonly headers?: Readonly<Record<string, string>>
  /** Default: the runtime's. */
  readonly clock?: Clock
}

const KNOWN: Readonly<Record<keyof AsyncEngineOptions, true>> = {
  maxConcurrent: true,
  connection: true,
  pooling: true,
  transport: true,
  circuitBreaker: true,
  retryPolicy: true,
  policy: true,
  headers: true,
  clock: true,
}

/** @throws TypeError for what is no options object, or has other names in it. */
export function checkEngineOptions(options: AsyncEngineOptions): void {
  checkOptions('AsyncEngine', options, Object.keys(KNOWN))
}

/** The engine's own transport. @throws RangeError, TypeError. */
export function openTransport(kind: 'undici' | 'wire', options: AsyncEngineOptions): Transport {
  checkOneOf('AsyncEngine.transport', kind, ['undici', 'wire'])
  checkOneOf('AsyncEngine.pooling', options.pooling ?? 'optimized', ['naive', 'optimized'])
  const given = connectionOptions(options.connection)
  const connection = options.pooling === 'naive' ? { ...given, maxKeepaliveConnections: 0 } : given
  // Whoever names URLs to an engine means them; it follows nothing.
  const common = { ...connection, clock: options.clock ?? systemClock, reach: 'any' } as const
  return kind === 'wire'
    ? new WireTransport(common)
    : // As on the wire, nothing is asked for that the request does not name: like is compared with like.
      new UndiciTransport({ ...common, compression: false })
}

/** The breaker of the engine, if it has one. */
export function breakerOf(
  { circuitBreaker }: AsyncEngineOptions,
  clock: Clock,
): CircuitBreaker<TransportResponse> | undefined {
  if (circuitBreaker === undefined || circuitBreaker instanceof CircuitBreaker) return circuitBreaker
  return new CircuitBreaker({ classify: classifyResponse, clock, ...circuitBreaker })
}

/**
 * Retry outside the limiter, so that nobody holds a permit while it waits; the breaker sees every attempt.
 */
export function stackOf(
  { policy, retryPolicy }: AsyncEngineOptions,
  maxConcurrent: number,
  breaker: CircuitBreaker<TransportResponse> | undefined,
  clock: Clock,
): Policy<TransportResponse> {
  const outer = policy ?? retryOf(retryPolicy, clock)
  const layers: (AnyPolicy | undefined)[] = [outer, new SemaphoreLimiter({ maxConcurrent, clock }), breaker]
  const present = layers.filter(layer => layer !== undefined)
  return compose(...present) as Policy<TransportResponse>
}

function retryOf(
  retryPolicy: AsyncEngineOptions['retryPolicy'],
  clock: Clock,
): RetryPolicy<TransportResponse> | undefined {
  if (retryPolicy === undefined || retryPolicy instanceof RetryPolicy) return retryPolicy
  return new RetryPolicy({ retryWhen: retryResponse, clock, ...retryPolicy })
}
