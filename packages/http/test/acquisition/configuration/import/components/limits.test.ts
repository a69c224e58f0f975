import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { imported, manifestOf, streamOf } from '../manifest-of.js'

const read = (yaml: string) => imported(manifestOf([streamOf()], parse(yaml) as Record<string, unknown>))
const limits = (yaml: string) => read(yaml).sources[0]?.['limits']
const moving = (rate: string) =>
  `api_budget: { type: HTTPAPIBudget, policies: [{ type: MovingWindowCallRatePolicy, rates: [${rate}] }] }`

describe('the budget of a manifest', () => {
  test.each([
    ['{ limit: 3, interval: PT1S }', { quota: '3/second' }],
    ['{ limit: "60", interval: PT1M }', { quota: '60/minute' }],
    ['{ limit: 1000, interval: P1D }', { quota: '1000/day' }],
    [
      '{ limit: 10, interval: PT1S }, { limit: 150, interval: PT60S }',
      { quota: ['10/second', '150/minute'] },
    ],
    ['{ limit: 10, interval: PT1S }, { limit: 10, interval: PT1S }', { quota: '10/second' }],
    // Of other windows a part, so that never more is sent than may be.
    ['{ limit: 100, interval: PT10S }', { quota: '10/second' }],
    ['{ limit: 100, interval: PT15M }', { quota: '6/minute' }],
    ['{ limit: 10, interval: P7D }', { quota: '1/day' }],
    ['{ limit: 10, interval: PT0.5S }', { quota: '10/second' }],
    // One that is less than one a second: in even steps.
    ['{ limit: 1, interval: PT2S }', { rate: 0.5 }],
    ['{ limit: 6, interval: PT10S }, { limit: 1, interval: PT3S }', { rate: 0.333 }],
  ])('%s', (rate, expected) => {
    expect(limits(moving(rate))).toEqual(expected)
  })

  test('a window that is fixed; one for some paths holds for all, and says so', () => {
    const { sources, pipeline } = read(`
api_budget:
  type: HTTPAPIBudget
  policies:
    - { type: FixedWindowCallRatePolicy, period: PT1M, call_limit: 50, matchers: [] }
    - { type: FixedWindowCallRatePolicy, period: PT1H, call_limit: 100, matchers: [{ url_path_pattern: /a }] }
    - { type: UnlimitedCallRatePolicy, matchers: [{ url_path_pattern: /b }] }
concurrency_level: { type: ConcurrencyLevel, default_concurrency: 3 }`)
    expect(sources[0]?.['limits']).toEqual({ quota: ['50/minute', '100/hour'], concurrency: 3 })
    expect(pipeline?.match(/here all hold for the source/g)).toHaveLength(1)
  })

  test.each([
    [
      '{ limit: "{{ config[\'shop\'] }}", interval: PT1S }',
      /a limit of the budget was left out: .*--set shop/,
    ],
    ['{ limit: 5, interval: soon }', /a limit of the budget was left out: "soon" is no duration/],
  ])('%s is left out, and said so', (rate, note) => {
    const { sources, pipeline } = read(moving(rate))
    expect(sources[0]).not.toHaveProperty('limits')
    expect(pipeline?.replaceAll('\n# ', ' ')).toMatch(note)
  })

  test.each([['{ limit: many, interval: PT1S }'], ['{ limit: 5 }']])('%s is no limit', rate => {
    expect(limits(moving(rate))).toBeUndefined()
  })

  test.each([
    ['"{{ config[\'page_size\'] }}"', 50],
    ['"{{ config[\'shop\'] }}"', undefined],
    ['0', undefined],
    ['1.5', undefined],
    ['many', undefined],
  ])('the concurrency %s', (level, concurrency) => {
    const found = limits(`concurrency_level: { type: ConcurrencyLevel, default_concurrency: ${level} }`)
    expect(found).toEqual(concurrency === undefined ? undefined : { concurrency })
  })
})
