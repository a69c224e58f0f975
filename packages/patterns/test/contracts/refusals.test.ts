import {
  AdaptiveLimiter,
  AimdLimit,
  allOf,
  batch,
  BatchProcessor,
  BreakerHealthCheck,
  BoundedQueue,
  Cache,
  Chaos,
  CircuitBreaker,
  compose,
  ConstantBackoff,
  Deadline,
  DecorrelatedBackoff,
  describe as describeStack,
  ExponentialBackoff,
  Fallback,
  forEach,
  Gradient2Limit,
  Hedge,
  map,
  perKey,
  pipeline,
  PolicyStack,
  ProducerConsumerPipeline,
  ResourcePool,
  RetryBudget,
  RetryPolicy,
  SemaphoreLimiter,
  SlidingWindowLimiter,
  SpacedLimiter,
  systemClock,
  Timeout,
  TokenBucketLimiter,
  VegasLimit,
} from 'async-patterns'
import type { Policy } from 'async-patterns'
import { EventLoopMonitor, Histogram, OperationMonitor } from 'async-patterns/observability'
import { ManualClock, simulate } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import { rejectionOf } from '../support/rejection-of.js'

const aborted = AbortSignal.abort(new Error('given up'))

/** What is no options object, nor a Within, with what it is called. */
const NOT_OBJECTS: readonly (readonly [value: unknown, kind: string])[] = [
  [null, 'null'],
  [5, '5'],
  ['fast', '"fast"'],
  [true, 'true'],
  [[1], 'an array'],
  [() => 1, 'a function'],
  [aborted, 'an AbortSignal'],
  [new Date(0), 'a Date'],
  [new Map(), 'a Map'],
]

const items = { process: (all: readonly number[]) => all }

/** Whatever takes options, when it is made. */
const MAKERS: readonly (readonly [owner: string, make: (options: never) => unknown])[] = [
  ['AdaptiveLimiter', options => new AdaptiveLimiter(options)],
  ['AimdLimit', options => new AimdLimit(options)],
  ['Gradient2Limit', options => new Gradient2Limit(options)],
  ['VegasLimit', options => new VegasLimit(options)],
  ['BatchProcessor', options => new BatchProcessor(options)],
  ['BoundedQueue', options => new BoundedQueue(options)],
  ['Cache', options => new Cache(options)],
  ['Chaos', options => new Chaos(options)],
  ['CircuitBreaker', options => new CircuitBreaker(options)],
  ['CircuitBreaker', options => CircuitBreaker.fromJSON(new CircuitBreaker().toJSON(), options)],
  ['ConstantBackoff', options => new ConstantBackoff(1, options)],
  ['DecorrelatedBackoff', options => new DecorrelatedBackoff(options)],
  ['ExponentialBackoff', options => new ExponentialBackoff(options)],
  ['Deadline', options => new Deadline(options)],
  ['Fallback', options => new Fallback(options)],
  ['Hedge', options => new Hedge(options)],
  ['ProducerConsumerPipeline', options => new ProducerConsumerPipeline(options)],
  ['ResourcePool', options => new ResourcePool(options)],
  ['RetryBudget', options => new RetryBudget(options)],
  ['RetryPolicy', options => new RetryPolicy(options)],
  ['SemaphoreLimiter', options => new SemaphoreLimiter(options)],
  ['SemaphoreLimiter', options => new SemaphoreLimiter().requesting(options)],
  ['SemaphoreLimiter', options => new SemaphoreLimiter().tryAcquire(options)],
  ['SlidingWindowLimiter', options => new SlidingWindowLimiter(options)],
  ['SpacedLimiter', options => new SpacedLimiter(options)],
  ['TokenBucketLimiter', options => new TokenBucketLimiter(options)],
  ['TokenBucketLimiter', options => new TokenBucketLimiter().tryAcquire(options)],
  ['Timeout', options => new Timeout(options)],
  ['Cache.set', options => new Cache().set(1, 2, options)],
  ['batch', options => batch(options)],
  ['forEach', options => forEach(() => 1, options)],
  ['map', options => map(() => 1, options)],
  ['perKey', options => perKey(() => ({}), options)],
  ['EventLoopMonitor', options => new EventLoopMonitor(options)],
  ['Histogram', options => new Histogram(options)],
  ['OperationMonitor', options => new OperationMonitor(options)],
  ['ManualClock', options => new ManualClock(options)],
]

describe('N-53 options', () => {
  test.each(MAKERS)('N-53 %s refuses by name what is no options object', (owner, make) => {
    for (const [value, kind] of NOT_OBJECTS) {
      expect(() => make(value as never)).toThrow(
        new TypeError(`${owner}.options is ${kind}; allowed is an object`),
      )
    }
  })

  test.each(MAKERS)('N-53 %s refuses by name what is not an option', (owner, make) => {
    expect(() => make({ frobnicate: 1 } as never)).toThrow(
      `${owner}.frobnicate is not an option; allowed is one of `,
    )
  })

  const pool = new ResourcePool({ create: () => 1 })
  test.each<[string, (options: never) => Promise<unknown>]>([
    ['SemaphoreLimiter', options => new SemaphoreLimiter().acquire(options)],
    ['SpacedLimiter', options => new SpacedLimiter().acquire(options)],
    ['SpacedLimiter', options => new SpacedLimiter().acquireDeparture(options)],
    ['ResourcePool.acquire', options => pool.acquire(options)],
    ['ResourcePool.close', options => pool.close(options)],
    ['simulate', options => simulate(options, () => undefined)],
    ['BoundedQueue.takeBatch', options => new BoundedQueue().takeBatch(options)],
    ['BatchProcessor.close', options => new BatchProcessor(items).close(options)],
    ['BatchProcessor.stop', options => new BatchProcessor(items).stop(options)],
    [
      'ProducerConsumerPipeline.stop',
      options => new ProducerConsumerPipeline({ onItem: () => 1 }).stop(options),
    ],
  ])('N-53 %s rejects what its call cannot be asked for, and never throws', async (owner, call) => {
    for (const [value, kind] of NOT_OBJECTS) {
      expect(await rejectionOf(call(value as never))).toEqual(
        new TypeError(`${owner}.options is ${kind}; allowed is an object`),
      )
    }
    const error = (await rejectionOf(call({ frobnicate: 1 } as never))) as Error
    expect(error.message).toMatch(`${owner}.frobnicate is not an option; allowed is one of `)
  })
})

const POLICIES: readonly (readonly [owner: string, policy: Policy])[] = [
  ['AdaptiveLimiter', new AdaptiveLimiter()],
  ['Chaos', new Chaos()],
  ['CircuitBreaker', new CircuitBreaker()],
  ['Deadline', new Deadline({ budgetMs: 1_000 })],
  ['Fallback', new Fallback({ fallback: 0 }) as unknown as Policy],
  ['Hedge', new Hedge()],
  ['RetryPolicy', new RetryPolicy()],
  ['SemaphoreLimiter', new SemaphoreLimiter()],
  ['SemaphoreLimiter', new SemaphoreLimiter().requesting({ weight: 2 })],
  ['SlidingWindowLimiter', new SlidingWindowLimiter()],
  ['SpacedLimiter', new SpacedLimiter()],
  ['TokenBucketLimiter', new TokenBucketLimiter()],
  ['JointRateLimiter', allOf(new SpacedLimiter(), new TokenBucketLimiter())],
  ['Timeout', new Timeout({ timeoutMs: 1_000 })],
  ['PolicyStack', compose(new RetryPolicy(), new Timeout({ timeoutMs: 1_000 }))],
  ['PolicyStack', compose(new SemaphoreLimiter())],
]

/** All other calls that take the caller's signal and deadline. */
const WAITS: readonly (readonly [owner: string, call: (within: never) => Promise<unknown>])[] = [
  ['SemaphoreLimiter', within => new SemaphoreLimiter().acquire({}, within)],
  ['SpacedLimiter', within => new SpacedLimiter().acquire({}, within)],
  ['TokenBucketLimiter', within => new TokenBucketLimiter().acquire(undefined, within)],
  ['RetryPolicy', within => new RetryPolicy().executeWithMetrics(() => 1, within)],
  ['BoundedQueue', within => new BoundedQueue<number>().put(1, within)],
  ['BoundedQueue', within => new BoundedQueue().take(within)],
  ['BoundedQueue', within => new BoundedQueue().takeBatch({}, within)],
  ['BatchProcessor', within => new BatchProcessor(items).add(1, within)],
  ['Cache.getOrLoad', within => new Cache().getOrLoad(1, () => 1, within)],
  ['ResourcePool', within => new ResourcePool({ create: () => 1 }).acquire(undefined, within)],
  ['ResourcePool', within => new ResourcePool({ create: () => 1 }).use(() => 1, within)],
  [
    'ProducerConsumerPipeline',
    within => new ProducerConsumerPipeline<number>({ onItem: () => 1, whenFull: 'reject' }).put(1, within),
  ],
  ['sleep', within => systemClock.sleep(0, within)],
]

const EXECUTES = POLICIES.map(
  ([owner, policy]) => [owner, (within: never) => policy.execute(() => 1, within)] as const,
)

describe('N-53 calls', () => {
  test.each(POLICIES)('N-53 %s rejects what is no function, and does not throw', async (owner, policy) => {
    for (const [value, kind] of [
      ...NOT_OBJECTS.filter(([one]) => typeof one !== 'function'),
      [undefined, 'undefined'],
      [{}, 'an object'],
    ] as const) {
      const error = await rejectionOf(policy.execute(value as never))
      expect(error).toEqual(new TypeError(`${owner}.operation is ${kind}; allowed is a function`))
    }
    expect(policy.idle).not.toBe(false)
  })

  test.each([...EXECUTES, ...WAITS])(
    'N-53 %s rejects what is no signal and deadline, by name',
    async (owner, call) => {
      for (const [value, kind] of NOT_OBJECTS) {
        expect(await rejectionOf(call(value as never))).toEqual(
          new TypeError(`${owner}.within is ${kind}; allowed is an object with signal or deadlineAt`),
        )
      }
      const message = async (within: unknown) => ((await rejectionOf(call(within as never))) as Error).message
      expect(await message({ sginal: aborted })).toBe(
        `${owner}.within.sginal is not an option; did you mean signal?`,
      )
      expect(await message({ signal: new AbortController() })).toBe(
        `${owner}.within.signal is an AbortController; allowed is an AbortSignal`,
      )
      expect(await message({ deadlineAt: '12:00' })).toBe(
        `${owner}.within.deadlineAt is "12:00"; allowed is a number`,
      )
    },
  )

  test.each(EXECUTES)('N-53 %s takes what has more in it than a signal', async (_, execute) => {
    const signal = new AbortController().signal
    for (const within of [
      {},
      { signal: undefined },
      { signal, user: 'ann' },
      { deadlineAt: Infinity },
      new AbortController(),
    ]) {
      expect(await execute(within as never)).toBe(1)
    }
  })

  test.each(POLICIES)(
    'N-53 %s rejects what an operation throws',
    async (_, policy) => {
      if (policy instanceof Fallback) return
      const down = new Error('down')
      const throwing = () => {
        throw down
      }
      const clock = rejectionOf(policy.execute(throwing))
      expect([down.message, 'Failed after 3 attempt(s): down']).toContain(((await clock) as Error).message)
    },
    20_000,
  )

  test('N-53 a policy of somebody else that throws makes a stack reject', async () => {
    const rude: Policy = {
      execute: () => {
        throw new Error('rude')
      },
    }
    await expect(compose(rude).execute(() => 1)).rejects.toThrow('rude')
    await expect(compose(rude, new SemaphoreLimiter()).execute(() => 1)).rejects.toThrow('rude')
    await expect(compose(new SemaphoreLimiter(), rude).execute(() => 1)).rejects.toThrow('rude')
  })

  test('N-53 a breaker acquires for no signal in place of its options', () => {
    expect(() => new CircuitBreaker().acquire(aborted as never)).toThrow(
      'CircuitBreaker.within is an AbortSignal',
    )
  })
})

describe('N-53 what is made of others', () => {
  const limiter = new SemaphoreLimiter()

  test.each([null, undefined, 5, {}, () => 1, [], { execute: 5 }])(
    'N-53 compose refuses what is no policy: %o',
    value => {
      expect(() => compose(limiter, value as never)).toThrow(
        /^compose\.policies\[1\]\.execute is .*; allowed is a function$/,
      )
      expect(() => new PolicyStack([value as never])).toThrow('compose.policies[0].execute is')
      expect(() => describeStack(value as never)).toThrow('describe.policy.execute is')
    },
  )

  test('N-53 a health check names what is no breaker', () => {
    for (const value of [undefined, null, 5, {}]) {
      expect(() => new BreakerHealthCheck(value as never, { check: () => 1 })).toThrow(
        'BreakerHealthCheck.breaker.subscribe is undefined; allowed is a function',
      )
    }
  })

  test('N-53 an empty stack is refused however it is made', () => {
    expect(() => new PolicyStack([])).toThrow(RangeError)
  })

  test('N-53 allOf, perKey, pipeline, measure and getOrLoad name what they cannot use', async () => {
    expect(() => allOf(new SpacedLimiter(), limiter as never)).toThrow(
      'allOf.limiters[1] is an object; allowed is a rate limiter',
    )
    expect(() => perKey(5 as never)).toThrow('perKey.make is 5')
    expect(() =>
      pipeline(
        5 as never,
        forEach(() => 1),
      ),
    ).toThrow('pipeline.source is 5; allowed is what can be iterated')
    expect(() => pipeline([1], 5 as never)).toThrow('pipeline.steps[0] is 5')
    expect(() => new OperationMonitor().measure('a', 5 as never)).toThrow('OperationMonitor.measure.fn is 5')
    expect(() => new OperationMonitor().wrap('a', 5 as never)).toThrow('OperationMonitor.wrap.fn is 5')
    await expect(new Cache().getOrLoad(1, 5 as never)).rejects.toThrow('Cache.getOrLoad.operation is 5')
    await expect(new ResourcePool({ create: () => 1 }).use(5 as never)).rejects.toThrow(
      'ResourcePool.use.operation is 5',
    )
  })
})
