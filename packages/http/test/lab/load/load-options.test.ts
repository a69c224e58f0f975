import { describe, expect, test } from 'vitest'
import { loadPlan } from '../../../src/lab/load/load-options.js'
import type { LoadOptions } from '../../../src/lab/load/load-options.js'

const url = 'http://127.0.0.1:1/'

describe('options of a load', () => {
  test('ten seconds, ten connections, a closed loop, one thread', () => {
    const plan = loadPlan({ url })
    expect(plan).toMatchObject({ connections: 10, durationMs: 10_000, requests: Infinity, workers: 1 })
    expect(plan.ratePerSecond).toBeUndefined()
  })

  test('with requests and no duration, the requests decide', () => {
    expect(loadPlan({ url, requests: 5 }).durationMs).toBe(Infinity)
    expect(loadPlan({ url, requests: 5, durationMs: 100 }).durationMs).toBe(100)
  })

  test.each<[string, Partial<LoadOptions>]>([
    ['connections', { connections: 0 }],
    ['connections', { connections: 1.5 }],
    ['durationMs', { durationMs: 0 }],
    ['durationMs', { durationMs: Infinity }],
    ['requests', { requests: 0 }],
    ['ratePerSecond', { ratePerSecond: 0 }],
    ['arrivals', { arrivals: 'even' as 'constant' }],
    ['rampMs', { rampMs: -1 }],
    ['warmupMs', { warmupMs: NaN }],
    ['timeoutMs', { timeoutMs: 0 }],
    ['workers', { workers: 0 }],
    ['workers', { workers: 11 }],
    ['objective', { slos: ['p99'] }],
  ])('a bad %s is refused by name', (name, bad) => {
    expect(() => loadPlan({ url, ...bad })).toThrow(name)
  })
})
