import {
  AdaptiveLimiter,
  AimdLimit,
  batch,
  breakerOptionsFromEnv,
  Chaos,
  CircuitBreaker,
  ConstantBackoff,
  Deadline,
  DecorrelatedBackoff,
  ExponentialBackoff,
  Fallback,
  forEach,
  Gradient2Limit,
  Hedge,
  map,
  perKey,
  pipeline,
  RetryBudget,
  RetryPolicy,
  SemaphoreLimiter,
  Timeout,
  VegasLimit,
} from 'async-patterns'
import { EventLoopMonitor, Histogram, OperationMonitor } from 'async-patterns/observability'
import { ManualClock } from 'async-patterns/testing'
import { expect, test } from 'vitest'

test.each([
  [[], 'an array'],
  [Object.create(null), 'an object'],
  [{}, 'an object'],
  [() => 1, 'a function'],
])('options: a value that has no text of its own is named by its kind', (value, kind) => {
  expect(() => new SemaphoreLimiter({ maxConcurrent: value as number })).toThrow(
    `SemaphoreLimiter.maxConcurrent is ${kind}; allowed is an integer of at least 1`,
  )
})

test('options: a range without its end is not written as the smallest number there is', () => {
  expect(() => new CircuitBreaker({ baselineLatencyMs: -1 })).toThrow(
    'CircuitBreaker.baselineLatencyMs is -1; allowed is a number above 0',
  )
  for (const percentile of [0, 1, Infinity, -Infinity]) {
    expect(() => new Hedge({ percentile })).toThrow(
      `Hedge.percentile is ${percentile}; allowed is a number above 0 and below 1`,
    )
  }
})

test('retry budget: a product that is rounded down does not cost a retry', () => {
  // 0.29 * 100 is 28.999999999999996.
  const budget = new RetryBudget({ ratio: 0.29, minRetries: 0 })
  for (let call = 0; call < 100; call += 1) budget.countCall()
  let taken = 0
  while (budget.tryTake()) taken += 1
  expect(taken).toBe(29)
})

test.each([
  ['Timeout.discard', () => new Timeout({ timeoutMs: 1, discard: 'no' as never })],
  ['Deadline.discard', () => new Deadline({ budgetMs: 1, discard: 'no' as never })],
  ['AdaptiveLimiter.limit.update', () => new AdaptiveLimiter({ limit: 3 as never })],
  ['RetryPolicy.backoff.delayMs', () => new RetryPolicy({ backoff: { maxDelayMs: 1 } as never })],
])('options: %s is a function, or it would be missed when it matters', (name, make) => {
  expect(make).toThrow(TypeError)
  expect(make).toThrow(name)
})

test('options: a jitter by a wrong name is told the right ones', () => {
  expect(() => new ExponentialBackoff({ jitter: 'ful' as never })).toThrow(
    'ExponentialBackoff.jitter is "ful"; allowed is one of "full", "none"',
  )
})

test.each([
  ['RetryPolicy.baseDelayMs is -1', { baseDelayMs: -1 }],
  ['RetryPolicy.maxDelayMs is -1', { maxDelayMs: -1, jitter: 'decorrelated' }],
  ['RetryPolicy.exponentialBase is 0', { exponentialBase: 0 }],
  ['RetryPolicy.jitter is 3', { jitter: 3 }],
] as const)('options: a delay of a retry is named as the caller has it: %s', (message, config) => {
  expect(() => new RetryPolicy(config)).toThrow(message)
})

test('options: a count window that no memory holds is refused by name', () => {
  expect(() => new CircuitBreaker({ window: 'count', windowCalls: 1e12 })).toThrow(
    /CircuitBreaker\.windowCalls is 1000000000000/,
  )
})

test('operation monitor: a duration that is no number leaves no statistics without calls', () => {
  const monitor = new OperationMonitor()
  expect(() => monitor.record({ name: 'a', durationMs: Number.NaN, ok: true })).toThrow(TypeError)
  expect(monitor.allStats()).toEqual([])
})

const makers: readonly (readonly [owner: string, make: (options: never) => unknown])[] = [
  ['AdaptiveLimiter', options => new AdaptiveLimiter(options)],
  ['AimdLimit', options => new AimdLimit(options)],
  ['Gradient2Limit', options => new Gradient2Limit(options)],
  ['VegasLimit', options => new VegasLimit(options)],
  ['Chaos', options => new Chaos(options)],
  ['CircuitBreaker', options => new CircuitBreaker(options)],
  ['ConstantBackoff', options => new ConstantBackoff(1, options)],
  ['DecorrelatedBackoff', options => new DecorrelatedBackoff(options)],
  ['ExponentialBackoff', options => new ExponentialBackoff(options)],
  ['Deadline', options => new Deadline(options)],
  ['Fallback', options => new Fallback(options)],
  ['Hedge', options => new Hedge(options)],
  ['RetryBudget', options => new RetryBudget(options)],
  ['RetryPolicy', options => new RetryPolicy(options)],
  ['batch', options => batch(options)],
  ['map', options => map(() => 1, options)],
  ['perKey', options => perKey(() => ({}), options)],
  ['EventLoopMonitor', options => new EventLoopMonitor(options)],
  ['Histogram', options => new Histogram(options)],
  ['OperationMonitor', options => new OperationMonitor(options)],
  ['ManualClock', options => new ManualClock(options)],
]

test.each(makers)(
  'options: %s refuses by name what is no object, and what is not an option',
  (owner, make) => {
    expect(() => make(5 as never)).toThrow(new TypeError(`${owner}.options is 5; allowed is an object`))
    expect(() => make({ frobnicate: 1 } as never)).toThrow(
      `${owner}.frobnicate is not an option; allowed is one of `,
    )
  },
)

test('options: a breaker whose environment is spread over its options takes them', () => {
  const env = { CIRCUIT_BREAKER_WINDOW_A: '5s' }
  expect(new CircuitBreaker({ windowMs: 1, ...breakerOptionsFromEnv('a', env) }).name).toBe('a')
})

test('options: forEach takes a Context, which has more in it than there are options', async () => {
  const seen: unknown[] = []
  await new RetryPolicy().execute(context =>
    pipeline(
      [1, 2],
      forEach(item => void seen.push(item), context),
    ),
  )
  expect(seen).toEqual([1, 2])
})
