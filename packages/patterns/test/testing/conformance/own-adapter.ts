import {
  CircuitBreaker,
  ConstantBackoff,
  compose,
  RetryPolicy,
  SemaphoreLimiter,
  SpacedLimiter,
  Timeout,
} from 'async-patterns'
import type { ConformanceAdapter, Runner } from 'async-patterns/testing'
import { ManualClock } from 'async-patterns/testing'

type Execute = (
  operation: (context: { signal: AbortSignal }) => unknown,
  within: { signal?: AbortSignal | undefined },
) => Promise<unknown>

const runner = (execute: Execute): Runner => ({
  abortable: true,
  run: (task, signal) => execute(context => task(context.signal), { signal }),
})

/** This package, in virtual time. */
export function ownAdapter(): ConformanceAdapter {
  const clock = new ManualClock({ between: 'everything' })
  return {
    name: 'async-patterns',
    time: { now: () => clock.now(), pass: ms => clock.advance(ms) },
    semaphore: options => {
      const limiter = new SemaphoreLimiter({ ...options, clock })
      return {
        ...runner((operation, within) => limiter.execute(operation, within)),
        acquire: async () => {
          const permit = await limiter.acquire()
          return () => permit.release()
        },
        resize: maxConcurrent => limiter.resize(maxConcurrent),
        runWeighted: (task, weight) => limiter.execute(() => task(), { weight }),
      }
    },
    timedSemaphore: ({ maxConcurrent, timeoutMs }) => {
      const stack = compose(new SemaphoreLimiter({ maxConcurrent, clock }), new Timeout({ timeoutMs, clock }))
      return runner((operation, within) => stack.execute(operation, within))
    },
    breakerIgnores: true,
    breaker: ({ failures, rate, openMs, probeMaxMs, ignore }) => {
      const breaker = new CircuitBreaker({
        clock,
        openStateDurationMs: openMs,
        halfOpenMaxCalls: 1,
        latencyThresholdMultiplier: false,
        halfOpenMaxWaitMs: probeMaxMs ?? false,
        ...(failures === undefined
          ? { failureThreshold: false, errorRateThreshold: 0.5, ...rate }
          : { window: 'consecutive', failureThreshold: failures }),
        ...(ignore && {
          classify: outcome => (outcome.ok ? 'success' : ignore(outcome.error) ? 'ignore' : 'failure'),
        }),
      })
      let openings = 0
      breaker.subscribe(event => {
        if (event.type === 'transition' && event.to === 'open') openings += 1
      })
      return {
        ...runner((operation, within) => breaker.execute(operation, within)),
        openings: () => openings,
      }
    },
    retry: ({ attempts, delayMs }) => {
      const retry = new RetryPolicy({ maxAttempts: attempts, backoff: new ConstantBackoff(delayMs), clock })
      return runner((operation, within) => retry.execute(operation, within))
    },
    timeout: options => {
      const timeout = new Timeout({ ...options, clock })
      return runner((operation, within) => timeout.execute(operation, within))
    },
    rateLimiter: options => {
      const limiter = new SpacedLimiter({ ...options, clock })
      return runner((operation, within) => limiter.execute(operation, within))
    },
  }
}
