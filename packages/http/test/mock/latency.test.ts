import { seededRandom } from 'async-patterns'
import { latencySampler, parseLatency } from '@async-patterns/http/mock'
import type { Latency } from '@async-patterns/http/mock'
import { describe, expect, test } from 'vitest'

/** The values at the given percents among 100,000 drawn. */
function quantiles(latency: Latency, percents: readonly number[]): number[] {
  const random = seededRandom(7)
  const draw = latencySampler(latency)
  const drawn = Float64Array.from({ length: 100_000 }, () => draw(random)).sort()
  return percents.map(percent => drawn[Math.floor(percent * 1000)] as number)
}

function expectNear(seen: readonly number[], truth: readonly number[], share: number): void {
  seen.forEach((value, at) => {
    expect(Math.abs(value / (truth[at] as number) - 1)).toBeLessThan(share)
  })
}

describe('what is drawn follows the distribution', () => {
  test('constant', () => {
    expect(quantiles({ kind: 'constant', ms: 5 }, [0, 50, 99.9])).toEqual([5, 5, 5])
  })

  test('bimodal: the slow share is slow', () => {
    const bimodal: Latency = { kind: 'bimodal', fastMs: 5, slowMs: 50, slowShare: 0.1 }
    expect(quantiles(bimodal, [0, 89, 91, 99.9])).toEqual([5, 5, 50, 50])
  })

  test('lognormal: median and one deviation above', () => {
    const truth = [10, 10 * Math.exp(0.5), 10 * Math.exp(-0.5)]
    expectNear(quantiles({ kind: 'lognormal', medianMs: 10, sigma: 0.5 }, [50, 84.134, 15.866]), truth, 0.02)
  })

  test('pareto: the quantiles of the heavy tail', () => {
    const at = (percent: number): number => 5 / (1 - percent / 100) ** (1 / 1.5)
    expectNear(
      quantiles({ kind: 'pareto', minMs: 5, shape: 1.5 }, [50, 90, 99]),
      [at(50), at(90), at(99)],
      0.05,
    )
  })

  test('nothing is longer than 60 s', () => {
    expect(Math.max(...quantiles({ kind: 'pareto', minMs: 1000, shape: 0.1 }, [50, 99, 99.9]))).toBe(60_000)
  })
})

describe('on the command line', () => {
  test.each<[string, Latency]>([
    ['5ms', { kind: 'constant', ms: 5 }],
    ['constant:1.5s', { kind: 'constant', ms: 1500 }],
    ['bimodal:5ms,1s,0.1', { kind: 'bimodal', fastMs: 5, slowMs: 1000, slowShare: 0.1 }],
    ['lognormal:5ms,0.5', { kind: 'lognormal', medianMs: 5, sigma: 0.5 }],
    ['pareto:5ms,1.5', { kind: 'pareto', minMs: 5, shape: 1.5 }],
  ])('%s', (text, latency) => {
    expect(parseLatency('--latency', text)).toEqual(latency)
  })

  test.each([
    ['5', /500ms, 5s or 1m/],
    ['uniform:1ms,2ms', /"constant", "bimodal", "lognormal", "pareto"/],
    ['pareto:5ms', /pareto takes minMs, shape/],
    ['pareto:5ms,0', /shape is 0; allowed is a number of at least 0.1/],
    ['bimodal:5ms,9ms,2', /slowShare is 2; .*at most 1/],
    ['61s', /ms is 61000; .*at most 60000/],
  ])('%s is refused with what is allowed', (text, message) => {
    expect(() => parseLatency('--latency', text)).toThrow(message)
  })
})
