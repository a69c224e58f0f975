import { Histogram } from 'async-patterns/observability'
import { describe, expect, test } from 'vitest'
import { holdAgainst, parseSlo } from '../../../src/lab/load/slo.js'
import type { SloFigures } from '../../../src/lab/load/slo.js'

/** Times 1, 2, ... `count` ms, and so many failures beside them. */
function figures(count: number, failed = 0): SloFigures {
  const times = new Histogram()
  for (let ms = 1; ms <= count; ms++) times.record(ms)
  return { times, total: count + failed, failed, perSecond: 250 }
}

const outcome = (slo: string, of = figures(100)) => holdAgainst(slo, of)

describe('objectives', () => {
  test.each([
    ['p99<100ms', true],
    ['p99<90ms', false],
    ['p50<=51ms', true],
    ['p99.9 <= 1s', true],
    ['mean<51ms', true],
    ['mean<50ms', false],
    ['min>=1ms', true],
    ['max<100ms', false],
    ['max<=100ms', true],
    ['errors<1%', true],
    ['errors>0%', false],
    ['rate>=250', true],
    ['rate>250', false],
  ])('%s is met: %s', (slo, met) => {
    expect(outcome(slo).met).toBe(met)
  })

  test.each([
    '',
    'p99',
    'p99<50',
    'p100<1s',
    'px<1s',
    'p99=5ms',
    'errors<1',
    'errors<1ms',
    'rate>x',
    'foo<1ms',
  ])('"%s" is refused', slo => {
    expect(() => parseSlo(slo)).toThrow(RangeError)
  })

  test('the errors are a share of all requests', () => {
    expect(outcome('errors<1%', figures(98, 2))).toEqual({ slo: 'errors<1%', actual: 2, met: false })
  })

  test('failures are slower than any limit: failing fast meets no percentile', () => {
    expect(outcome('p99<10s', figures(98, 2))).toMatchObject({ actual: Infinity, met: false })
    expect(outcome('p98<10s', figures(98, 2))).toMatchObject({ actual: 98, met: true })
    expect(outcome('p50<10s', figures(98, 2)).actual).toBeCloseTo(50, 0)
  })

  test('nothing is met where nothing was answered', () => {
    for (const slo of ['p50<1h', 'mean<1h', 'max<1h', 'errors<1%']) {
      expect(outcome(slo, figures(0)).met, slo).toBe(false)
    }
  })
})
