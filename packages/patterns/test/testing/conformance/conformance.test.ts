import { conformance, conformanceCases, ManualClock } from 'async-patterns/testing'
import type { ConformanceCase } from 'async-patterns/testing'
import { expect, test } from 'vitest'
import { ownAdapter } from '../../../../../bench/conformance/own-adapter.mjs'
import { faultyAdapters } from './faulty-adapters.js'

test.each(conformanceCases.map(one => [one.id, one.title, one] as const))(
  '%s %s',
  async (_id, _title, one) => {
    expect(await one.run(ownAdapter(new ManualClock({ between: 'everything' })))).toBe('pass')
  },
)

/** They change what belongs to the whole process, so they run alone. */
const isAlone = ({ title }: ConformanceCase) =>
  title.includes('wall clock') || title.includes('unhandledRejection')

test('every case fails on the fault that it names', async () => {
  const stray = () => undefined
  process.on('unhandledRejection', stray) // the faulty timeout has them, and its case counts them
  const beside = conformanceCases.filter(one => !isAlone(one)).map(one => [one])
  const runs = [...beside, conformanceCases.filter(isAlone)].flatMap((cases, index) =>
    faultyAdapters.map(adapter => ({ adapter, cases, afterMs: index < beside.length ? 0 : 3_000 })),
  )
  const results = await Promise.all(
    runs.map(async ({ adapter, cases, afterMs }) => {
      await new Promise(resolve => setTimeout(resolve, afterMs))
      return conformance(adapter, { cases, longestMs: 2_500 })
    }),
  )
  const all = results.flat()
  const missed = (): ConformanceCase[] => {
    const failed = new Set(all.filter(({ verdict }) => verdict === 'fail').map(({ title }) => title))
    return conformanceCases.filter(({ title }) => !failed.has(title))
  }
  // In real time a busy machine may hide a fault, where a case comes late to the moment that shows it.
  for (let round = 0; round < 10 && missed().length > 0; round += 1) {
    for (const adapter of faultyAdapters) {
      all.push(...(await conformance(adapter, { cases: missed(), longestMs: 2_500 })))
    }
  }
  process.off('unhandledRejection', stray)
  expect(all.filter(({ verdict, detail }) => (verdict === 'fail') !== (detail !== ''))).toEqual([])
  expect(missed().map(({ title }) => title)).toEqual([])
}, 60_000)

test('a library that has nothing fails nothing', async () => {
  const results = await conformance({ name: 'empty' })
  expect(results).toHaveLength(conformanceCases.length)
  expect(new Set(results.map(result => result.verdict))).toEqual(new Set(['n/a']))
})
