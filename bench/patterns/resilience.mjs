import { CircuitBreaker, compose, RetryPolicy, SemaphoreLimiter, Timeout } from 'async-patterns'
import {
  bulkhead,
  ConstantBackoff,
  circuitBreaker,
  handleAll,
  retry,
  SamplingBreaker,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel'
import Opossum from 'opossum'
import pRetry from 'p-retry'
import { operation, repeat } from './operation.mjs'

const ours = {
  retry: () => new RetryPolicy({ maxAttempts: 3 }),
  breaker: () => new CircuitBreaker({ name: 'bench' }),
  limiter: () => new SemaphoreLimiter({ maxConcurrent: 10 }),
  timeout: () => new Timeout({ timeoutMs: 30_000 }),
}

const cockatiel = {
  retry: () => retry(handleAll, { maxAttempts: 2, backoff: new ConstantBackoff(1_000) }),
  breaker: () =>
    circuitBreaker(handleAll, {
      halfOpenAfter: 60_000,
      breaker: new SamplingBreaker({ threshold: 0.1, duration: 30_000, minimumRps: 1 }),
    }),
  limiter: () => bulkhead(10, 100),
  timeout: () => timeout(30_000, TimeoutStrategy.Aggressive),
}

const executing = make => () => {
  const policy = make()
  return repeat(() => policy.execute(operation))
}

export const cases = [
  {
    name: 'breaker, time window',
    calls: 300_000,
    atMostNs: 250,
    contenders: {
      ours: executing(ours.breaker),
      cockatiel: executing(cockatiel.breaker),
      opossum: () => {
        const breaker = new Opossum(operation, { timeout: false, rollingCountTimeout: 30_000 })
        return { ...repeat(() => breaker.fire()), close: () => breaker.shutdown() }
      },
    },
  },
  {
    name: 'retry',
    calls: 300_000,
    atMostNs: 130,
    contenders: {
      ours: executing(ours.retry),
      cockatiel: executing(cockatiel.retry),
      'p-retry': () => repeat(() => pRetry(operation, { retries: 2 })),
    },
  },
  {
    name: 'timeout',
    calls: 100_000,
    atMostNs: 500,
    contenders: { ours: executing(ours.timeout), cockatiel: executing(cockatiel.timeout) },
  },
  {
    name: 'all four composed',
    calls: 100_000,
    atMostNs: 1_000,
    contenders: {
      ours: executing(() => compose(ours.retry(), ours.limiter(), ours.breaker(), ours.timeout())),
      cockatiel: executing(() =>
        wrap(cockatiel.retry(), cockatiel.limiter(), cockatiel.breaker(), cockatiel.timeout()),
      ),
    },
  },
]
