import type { AnyPolicy, Policy } from 'async-patterns'
import {
  AdaptiveLimiter,
  allOf,
  Chaos,
  CircuitBreaker,
  ConstantBackoff,
  compose,
  Deadline,
  describe as describeStack,
  Fallback,
  Hedge,
  RetryBudget,
  RetryPolicy,
  SemaphoreLimiter,
  SlidingWindowLimiter,
  SpacedLimiter,
  Timeout,
  TokenBucketLimiter,
} from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'

const retry = (maxAttempts = 3) => new RetryPolicy({ maxAttempts, baseDelayMs: 100, jitter: 'none' })
const timeout = (timeoutMs = 1_000) => new Timeout({ timeoutMs })
const permits = (acquireTimeoutMs = 500) => new SemaphoreLimiter({ acquireTimeoutMs })

describe('the worst case', () => {
  test('of one policy is its own', () => {
    expect(describeStack(timeout())).toMatchObject({
      attempts: 1,
      waitMs: 0,
      durationMs: 1_000,
      loadAmplification: 1,
    })
    expect(describeStack(permits())).toMatchObject({ attempts: 1, waitMs: 500, durationMs: Infinity })
    expect(describeStack(new TokenBucketLimiter())).toMatchObject({ waitMs: Infinity })
    expect(describeStack(retry())).toMatchObject({ attempts: 3, waitMs: 300, durationMs: Infinity })
  })

  test('of the recommended stack adds up layer by layer, and there is nothing to warn of', () => {
    const stack = compose(retry(4), permits(), new CircuitBreaker(), timeout())
    expect(describeStack(stack)).toMatchObject({
      attempts: 4,
      waitMs: 4 * 500 + 100 + 200 + 400,
      durationMs: 4 * (500 + 1_000) + 700,
      loadAmplification: 4,
      isComplete: true,
      warnings: [],
    })
    const limited = compose(new Deadline({ budgetMs: 2_000 }), retry(4), new SpacedLimiter(), timeout())
    expect(describeStack(limited)).toMatchObject({
      attempts: 4,
      waitMs: 2_000,
      durationMs: 2_000,
      warnings: [],
    })
  })

  test('is what a call at worst really takes', async () => {
    const clock = new ManualClock()
    const policy = compose(
      new RetryPolicy({
        maxAttempts: 4,
        baseDelayMs: 70,
        exponentialBase: 3,
        maxDelayMs: 400,
        jitter: 'none',
        clock,
      }),
      new SemaphoreLimiter({ maxConcurrent: 1, acquireTimeoutMs: 500, clock }),
      new Timeout({ timeoutMs: 1_000, clock }),
    )
    let attempts = 0
    const call = policy.execute(() => {
      attempts += 1
      return Promise.reject(new Error('down'))
    })
    await clock.run(call.catch(() => undefined))
    const { waitMs, attempts: most } = describeStack(policy)
    expect(attempts).toBe(most)
    expect(clock.now()).toBe(waitMs - 4 * 500)
  })

  test('counts the longest delay of every kind of jitter', () => {
    const waitMs = (jitter: number | 'full' | 'decorrelated') =>
      describeStack(new RetryPolicy({ maxAttempts: 4, baseDelayMs: 100, jitter })).waitMs
    expect(waitMs(0.5)).toBe(700)
    expect(waitMs('full')).toBe(700)
    expect(waitMs('decorrelated')).toBeCloseTo(300 + 900 + 2_700)
  })

  test('stays quick and right for many attempts, and for attempts without end', () => {
    const many = { maxAttempts: 1e9, baseDelayMs: 1_000, maxDelayMs: 1_000, jitter: 'none' } as const
    expect(describeStack(new RetryPolicy(many)).waitMs).toBe(1_000 * (1e9 - 1))
    const endless = new RetryPolicy({ maxAttempts: Infinity })
    expect(describeStack(endless)).toMatchObject({ attempts: Infinity, waitMs: Infinity })
    const atOnce = new RetryPolicy({ maxAttempts: Infinity, backoff: new ConstantBackoff(0) })
    expect(describeStack(compose(atOnce, timeout()))).toMatchObject({ waitMs: 0, durationMs: Infinity })
    expect(describeStack(compose(new Deadline({ budgetMs: 50 }), atOnce)).durationMs).toBe(50)
    expect(describeStack(retry(1))).toMatchObject({ waitMs: 0, warnings: [] })
  })

  test('a cooperative timeout limits the waits, and not an operation that ignores its signal', () => {
    const cooperative = new Deadline({ budgetMs: 100, cooperative: true })
    expect(describeStack(compose(cooperative, new SpacedLimiter()))).toMatchObject({
      waitMs: 100,
      durationMs: Infinity,
    })
    const inside = compose(new Timeout({ timeoutMs: 100, cooperative: true }), timeout(300))
    expect(describeStack(inside).durationMs).toBe(300)
  })

  test('budgets hold the load down, not the attempts of one call', () => {
    const budget = new RetryBudget({ ratio: 0.2 })
    const held = new RetryPolicy({ maxAttempts: 5, budget })
    expect(describeStack(held)).toMatchObject({ attempts: 5, loadAmplification: 1.2 })
    const counted = new RetryPolicy({ maxAttempts: 5, budget: new RetryBudget({ maxRetries: 3 }) })
    expect(describeStack(counted).loadAmplification).toBe(5)
    const generous = new RetryPolicy({ maxAttempts: 2, budget: new RetryBudget({ ratio: 7 }) })
    expect(describeStack(generous).loadAmplification).toBe(2)
    expect(describeStack(compose(new Hedge({ budgetRatio: 0.1, maxHedges: 2 }), held))).toMatchObject({
      attempts: 15,
      loadAmplification: expect.closeTo(1.32),
    })
    expect(describeStack(new Hedge({ budgetRatio: false, maxHedges: 2 })).loadAmplification).toBe(3)
  })

  test('hedges run side by side, each while an earlier one still runs', () => {
    const hedged = (delayMs: number) =>
      describeStack(compose(new Hedge({ delayMs, maxHedges: 2 }), permits(50), timeout())).durationMs
    expect(hedged(100)).toBe(200 + 50 + 1_000)
    expect(hedged(10_000)).toBe(3 * 1_050)
    const byPercentile = compose(new Hedge({ percentile: 0.95 }), timeout())
    expect(describeStack(byPercentile)).toMatchObject({ waitMs: 0, durationMs: 2_000 })
  })

  test('chaos waits count as waits', () => {
    const slow = new Chaos({ latencyRate: 0.1, latencyMs: 250 })
    expect(describeStack(compose(timeout(), slow)).waitMs).toBe(250)
    expect(describeStack(new Chaos({ latencyMs: 250 })).waitMs).toBe(0)
    expect(describeStack(new Chaos({ latencyRate: 1, latencyMs: random => random() })).waitMs).toBe(Infinity)
  })
})

describe('the layers', () => {
  test('are those of all stacks within stacks, with their options', () => {
    const inner = compose(new SlidingWindowLimiter({ maxRequests: 7, windowMs: 70 }), timeout(9))
    const { layers } = describeStack(compose(retry(2), compose(inner)))
    expect(layers.map(layer => layer.pattern)).toEqual(['retry', 'sliding-window-limiter', 'timeout'])
    expect(layers[1]?.options).toEqual({ maxRequests: 7, windowMs: 70 })
    expect(layers[2]?.options).toEqual({ timeoutMs: 9, cooperative: false })
  })

  test('every policy of the package describes itself', () => {
    const rates = [new SpacedLimiter(), new TokenBucketLimiter(), new SlidingWindowLimiter()]
    const policies: AnyPolicy[] = [
      retry(),
      timeout(),
      permits(),
      permits().requesting({ weight: 2 }),
      new AdaptiveLimiter(),
      ...rates,
      allOf(...rates),
      new Deadline({ budgetMs: 1 }),
      new CircuitBreaker(),
      new Hedge(),
      new Chaos(),
      new Fallback({ fallback: 1 }),
    ]
    for (const policy of policies) {
      const { layers, isComplete } = describeStack(policy)
      expect(layers).toHaveLength(1)
      expect(isComplete).toBe(true)
    }
  })

  test('show the present setting', () => {
    const limiter = new TokenBucketLimiter({ ratePerSecond: 5, burst: 3 })
    limiter.setRate(8)
    expect(describeStack(limiter).layers[0]?.options).toEqual({ ratePerSecond: 8, burst: 3 })
    const permits = new SemaphoreLimiter({ maxConcurrent: 4 })
    permits.resize(6)
    expect(describeStack(permits).layers[0]?.options).toMatchObject({ maxConcurrent: 6 })
  })

  test('a policy of your own is opaque, and passes for one that does nothing', () => {
    class Logged implements Policy {
      execute<T>(operation: Parameters<Policy['execute']>[0]): Promise<T> {
        return Promise.resolve(operation as never)
      }
    }
    const anonymous: Policy = { execute: () => Promise.reject(new Error('never called')) }
    const described = describeStack(compose(retry(2), new Logged(), anonymous, timeout()))
    expect(described).toMatchObject({ attempts: 2, durationMs: 2_100, isComplete: false, warnings: [] })
    expect(described.layers.map(({ pattern, isOpaque }) => [pattern, isOpaque])).toEqual([
      ['retry', false],
      ['Logged', true],
      ['opaque', true],
      ['timeout', false],
    ])
  })

  test('a policy of your own that describes itself counts', () => {
    const tripled: Policy = {
      execute: () => Promise.reject(new Error('never called')),
      describe: () => ({ pattern: 'tripled', role: 'other', attempts: 3, waitMs: 5 }),
    }
    expect(describeStack(compose(tripled, timeout(10)))).toMatchObject({
      attempts: 3,
      waitMs: 5,
      durationMs: 35,
    })
  })
})

describe('orders that hurt', () => {
  const breaker = new CircuitBreaker()
  const rate = new SpacedLimiter()
  const limiter = permits()
  const fallback = new Fallback({ fallback: null })
  const hedge = new Hedge()
  const deadline = (budgetMs: number) => new Deadline({ budgetMs })

  test.each<[code: string, policies: readonly AnyPolicy[]]>([
    ['retry-inside-breaker', [breaker, retry(), timeout()]],
    ['retry-inside-rate', [rate, retry(), timeout()]],
    ['retry-inside-permits', [limiter, retry(), timeout()]],
    ['retry-inside-permits', [new AdaptiveLimiter(), retry(), timeout()]],
    ['nested-retries', [retry(), retry(), timeout()]],
    ['timeout-outside-retry', [timeout(), retry(), timeout(100)]],
    ['deadline-inside-retry', [retry(), deadline(100)]],
    ['limiter-inside-timeout', [timeout(), limiter]],
    ['limiter-inside-timeout', [timeout(), rate]],
    ['limiter-inside-breaker', [breaker, allOf(rate)]],
    ['permits-inside-rate', [rate, limiter]],
    ['breaker-inside-timeout', [timeout(), breaker]],
    ['hedge-inside-limiter', [limiter, hedge]],
    ['hedge-inside-limiter', [rate, hedge]],
    ['hedge-inside-breaker', [breaker, hedge]],
    ['fallback-inside', [retry(), fallback, timeout()]],
    ['fallback-inside', [breaker, fallback]],
    ['timeout-not-below-deadline', [deadline(1_000), timeout(1_000)]],
    ['same-permits-twice', [limiter, limiter]],
  ])('%s is named with its two layers', (code, policies) => {
    const { warnings } = describeStack(compose(...policies))
    expect(warnings.map(warning => warning.code)).toEqual([code])
    expect(warnings[0]?.layers).toEqual([0, 1])
    expect(warnings[0]?.message).toMatch(/\w{4,}.*\.$/s)
  })

  test.each<[code: string, place: number, policies: readonly AnyPolicy[]]>([
    ['attempts-without-timeout', 1, [fallback, retry(), breaker]],
    ['chaos-not-innermost', 0, [new Chaos(), timeout()]],
  ])('%s is named with its layer', (code, place, policies) => {
    const { warnings } = describeStack(compose(...policies))
    expect(warnings).toMatchObject([{ code, layers: [place] }])
  })

  test('the other order of each has no warning', () => {
    const stacks = [
      [fallback, retry(), hedge, rate, breaker, timeout(), new Chaos()],
      [deadline(5_000), retry(), limiter, rate, breaker, timeout(), new Chaos(), new Chaos()],
      [limiter, permits(), timeout()],
    ]
    for (const stack of stacks) expect(describeStack(compose(...stack)).warnings).toEqual([])
  })

  test('several are told from the outermost inwards', () => {
    const { warnings } = describeStack(compose(timeout(), breaker, limiter, retry()))
    expect(warnings.map(({ code, layers }) => [code, ...layers])).toEqual([
      ['breaker-inside-timeout', 0, 1],
      ['limiter-inside-timeout', 0, 2],
      ['timeout-outside-retry', 0, 3],
      ['limiter-inside-breaker', 1, 2],
      ['retry-inside-breaker', 1, 3],
      ['retry-inside-permits', 2, 3],
      ['attempts-without-timeout', 3],
    ])
  })
})
