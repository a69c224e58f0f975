import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Behaviour } from '../../src/mock/behaviour.js'
import { BehaviourPlan } from '../../src/mock/behaviour-plan.js'

const NO_LATENCY = { latency: 0 } as const

function plan(behaviour: Behaviour, seed = 1): BehaviourPlan {
  return new BehaviourPlan({ ...NO_LATENCY, ...behaviour }, seed, 1000)
}

/** The statuses of the faults that the plan gives at these times after it was set; 200 for none. */
function statuses(of: BehaviourPlan, times: readonly number[], page?: number): number[] {
  return times.map(at => {
    const { fault } = of.decide(1000 + at, page)
    return fault === undefined ? 200 : fault.kind === 'status' ? fault.status : 0
  })
}

test('a page gets the same answer by seed, page and try, in whatever order requests arrive', () => {
  const behaviour: Behaviour = {
    latency: { kind: 'lognormal', medianMs: 20, sigma: 1 },
    jitter: 0.2,
    errorRate: 0.3,
    faults: [{ rate: 0.2, fault: { kind: 'truncate' } }],
  }
  const pages = Array.from({ length: 30 }, (_, at) => 1 + (at % 10))
  const fates = (order: readonly number[], seed: number): string[] => {
    const one = plan(behaviour, seed)
    const tries = new Map<number, number>()
    const seen = order.map((page, at) => {
      tries.set(page, (tries.get(page) ?? 0) + 1)
      const { delayMs, fault } = one.decide(1000 + at, page)
      return `${page}/${tries.get(page)} ${delayMs.toFixed(6)} ${JSON.stringify(fault)}`
    })
    return seen.sort()
  }
  fc.assert(
    fc.property(fc.nat(), fc.shuffledSubarray(pages, { minLength: 30 }), (seed, shuffled) => {
      expect(fates(shuffled, seed)).toEqual(fates(pages, seed))
    }),
    { numRuns: 50 },
  )
  expect(fates(pages, 1)).not.toEqual(fates(pages, 2))
})

test('requests without a page draw in the order of arrival, the same for the same seed', () => {
  const drawn = (seed: number): number[] => statuses(plan({ errorRate: 0.5 }, seed), Array(100).fill(0))
  expect(drawn(3)).toEqual(drawn(3))
  expect(drawn(3)).not.toEqual(drawn(4))
})

test('jitter moves the latency by up to its share, both ways', () => {
  const jittered = plan({ latency: 100, jitter: 0.2 })
  const delays = Array.from({ length: 1000 }, () => jittered.decide(1000).delayMs)
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(80)
  expect(Math.min(...delays)).toBeLessThan(85)
  expect(Math.max(...delays)).toBeLessThanOrEqual(120)
  expect(Math.max(...delays)).toBeGreaterThan(115)
})

test('the error rate is met', () => {
  const failed = statuses(plan({ errorRate: 0.25 }), Array(10_000).fill(0)).filter(status => status === 500)
  expect(failed.length).toBeGreaterThan(2350)
  expect(failed.length).toBeLessThan(2650)
})

describe('fault rules', () => {
  const status = (of: number): { kind: 'status'; status: number } => ({ kind: 'status', status: of })

  test('the nth requests of all', () => {
    const rule = { requests: [2, 4], fault: status(502) }
    expect(statuses(plan({ faults: [rule] }), [0, 0, 0, 0, 0])).toEqual([200, 502, 200, 502, 200])
  })

  test('the nth requests for one page', () => {
    const one = plan({ faults: [{ page: 2, tries: [1, 2], fault: status(500) }] })
    expect(statuses(one, [0, 0], 1)).toEqual([200, 200])
    expect(statuses(one, [0, 0, 0], 2)).toEqual([500, 500, 200])
  })

  test('the first rule that applies is the one', () => {
    const rules = [
      { page: 1, fault: status(500) },
      { requests: [1, 2], fault: status(502) },
    ]
    const one = plan({ faults: rules })
    expect([...statuses(one, [0], 1), ...statuses(one, [0], 2)]).toEqual([500, 502])
  })
})

describe('rate limits', () => {
  test('above n answers in a half-open rolling second, 429 with Retry-After: 1; refused ones are not counted', () => {
    const limited = plan({ rateLimitPerSecond: 2 })
    const times = [0, 500, 999, 1000, 1001, 1499, 1500]
    expect(statuses(limited, times)).toEqual([200, 200, 429, 200, 429, 429, 200])
    expect(limited.decide(2501).fault).toEqual({ kind: 'status', status: 429, retryAfterSeconds: 1 })
  })

  test('all after the first n get 429 with Retry-After 1 to 5', () => {
    const limited = plan({ rateLimitAfter: 2 })
    expect(statuses(limited, [0, 9000, 9001])).toEqual([200, 200, 429])
    const waits = Array.from({ length: 100 }, () => {
      const { fault } = limited.decide(99_999)
      return fault?.kind === 'status' ? fault.retryAfterSeconds : undefined
    })
    expect(new Set(waits)).toEqual(new Set([1, 2, 3, 4, 5]))
  })
})

test('an outage holds from one time up to another, with its own fault when given', () => {
  const times = [0, 99, 100, 199, 200]
  expect(statuses(plan({ outages: [{ fromMs: 100, untilMs: 200 }] }), times)).toEqual([
    200, 200, 503, 503, 200,
  ])
  expect(statuses(plan({ outages: [{ fromMs: 100 }] }), times)).toEqual([200, 200, 503, 503, 503])
  const reset = plan({ outages: [{ fromMs: 0, fault: { kind: 'reset' } }] })
  expect(reset.decide(1000).fault).toEqual({ kind: 'reset' })
})

test('what is due in a stall is answered at its end, whether it arrived in it or before', () => {
  const stalled = plan({ latency: 10, stalls: [{ fromMs: 100, untilMs: 1100 }] })
  expect([0, 95, 600, 1099, 1100].map(at => stalled.decide(1000 + at).delayMs)).toEqual([
    10, 1005, 500, 10, 10,
  ])
})

test('a stall that is added counts from now', () => {
  const stalled = plan({})
  stalled.stall(3000, { fromMs: 50, untilMs: 150 })
  expect([3049, 3050, 3149, 3150].map(at => stalled.decide(at).delayMs)).toEqual([0, 100, 1, 0])
})

test.each<[object, RegExp]>([
  [{ latencyy: 1 }, /behaviour\.latencyy is unknown; allowed is one of latency, /],
  [{ jitter: 2 }, /behaviour\.jitter is 2; .*at most 1/],
  [{ errorRate: '1' }, /behaviour\.errorRate is "1"/],
  [{ latency: { kind: 'flat' } }, /behaviour\.latency\.kind is "flat"; .*"pareto"/],
  [{ latency: { kind: 'constant', ms: 1, shape: 2 } }, /latency\.shape is unknown/],
  [{ rateLimitPerSecond: 0 }, /rateLimitPerSecond is 0; .*at least 1/],
  [{ faults: {} }, /behaviour\.faults is {}; allowed is a list/],
  [{ faults: [{ fault: { kind: 'boom' } }] }, /behaviour\.faults\[0\]\.fault\.kind is "boom"; .*"truncate"/],
  [{ faults: [{ fault: { kind: 'status', status: 100 } }] }, /status is 100; .*at least 200/],
  [{ faults: [{ page: 0, fault: { kind: 'hang' } }] }, /faults\[0\]\.page is 0/],
  [{ faults: [{ tries: [0], fault: { kind: 'hang' } }] }, /faults\[0\]\.tries is 0/],
  [{ faults: [{ page: 1 }] }, /faults\[0\]\.fault is undefined; allowed is an object/],
  [{ outages: [{ fromMs: 5, untilMs: 1 }] }, /outages\[0\]\.untilMs is 1; .*at least 5/],
  [{ stalls: [{ fromMs: 5 }] }, /stalls\[0\]\.untilMs is undefined/],
])('%j is refused, named, with what is allowed', (behaviour, message) => {
  expect(() => new BehaviourPlan(behaviour, 1, 0)).toThrow(message)
})
