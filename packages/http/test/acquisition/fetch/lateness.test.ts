import { expect, test } from 'vitest'
import { Lateness } from '../../../src/acquisition/fetch/lateness.js'

test('N-23 a request was as late as its answer took longer than the quickest, the first all its time, and 100 ms at most', () => {
  const lateness = new Lateness()
  expect([30, 10, 12, 10, 5, 25, 4_000].map(tookMs => lateness.of(tookMs))).toEqual([30, 0, 2, 0, 0, 20, 100])
})
