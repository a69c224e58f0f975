import {
  CircuitBreaker,
  ConstantBackoff,
  compose,
  RetryPolicy,
  SemaphoreLimiter,
  SpacedLimiter,
  Timeout,
} from 'async-patterns'

/** One of ours, or any other whose `execute` takes a signal in its second argument. */
const own = policy => ({
  abortable: true,
  run: (task, signal) => policy.execute(context => task(context.signal), { signal }),
})

/** This package, in the time of `clock` [the system's]. Types, for tests in TypeScript: own-adapter.d.mts. */
export const ownAdapter = clock => ({
  name: 'async-patterns',
  ...(clock && { time: { now: () => clock.now(), pass: ms => clock.advance(ms) } }),
  semaphore: options => {
    const limiter = new SemaphoreLimiter({ ...options, clock })
    return {
      ...own(limiter),
      acquire: async () => {
        const permit = await limiter.acquire()
        return () => permit.release()
      },
      resize: maxConcurrent => limiter.resize(maxConcurrent),
      runWeighted: async (task, weight) => limiter.requesting({ weight }).execute(() => task()),
    }
  },
  timedSemaphore: ({ maxConcurrent, timeoutMs }) =>
    own(compose(new SemaphoreLimiter({ maxConcurrent, clock }), new Timeout({ timeoutMs, clock }))),
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
    return { ...own(breaker), openings: () => openings }
  },
  retry: ({ attempts, delayMs }) =>
    own(new RetryPolicy({ maxAttempts: attempts, backoff: new ConstantBackoff(delayMs), clock })),
  timeout: options => own(new Timeout({ ...options, clock })),
  rateLimiter: options => own(new SpacedLimiter({ ...options, clock })),
})
