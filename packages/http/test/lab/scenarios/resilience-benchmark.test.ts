import { expect, test } from 'vitest'
import { runResilienceBenchmark } from '../../../src/lab/index.js'
import type { Judged } from '../../../src/lab/index.js'

const unmet = (judged: Judged<unknown> | null): string[] =>
  judged?.checks.filter(({ met }) => !met).map(({ criterion }) => criterion) ?? []

test('sees the breaker open, probe and close, by its events, and the retry within its budget', async () => {
  const heard: string[] = []
  const { breaker, retry, passed } = await runResilienceBenchmark({
    onTransition: ({ to }) => void heard.push(to),
  })
  expect([unmet(breaker), unmet(retry), passed]).toEqual([[], [], true])
  expect(heard).toEqual(breaker?.findings.transitions.map(({ to }) => to))
  expect(heard.slice(0, 2)).toEqual(['open', 'half-open'])
  expect(heard.at(-1)).toBe('closed')
  expect(breaker?.findings.outage).toMatchObject({ requests: 50, succeeded: 0 })
  expect(retry?.findings.retries).toBeLessThanOrEqual(25)
  expect(retry?.findings.amplification).toBeLessThanOrEqual(1.5)
}, 30_000)

test('a breaker that never opened has not recovered: the scenario fails', async () => {
  const { breaker, retry, passed } = await runResilienceBenchmark({
    retry: false,
    failureThreshold: 1_000,
    paceMs: 1,
  })
  expect(passed).toBe(false)
  expect(retry).toBeNull()
  expect(breaker?.findings.transitions).toEqual([])
  expect(unmet(breaker)).toEqual(
    expect.arrayContaining([
      'the breaker opens',
      'calls are rejected while it is open',
      'no request fails after it closed',
      expect.stringContaining('it closes within'),
    ]),
  )
}, 30_000)

test('a breaker that stays open fails the recovery', async () => {
  const options = { retry: false, openStateDurationMs: 60_000, paceMs: 1 }
  const { breaker, passed } = await runResilienceBenchmark(options)
  expect(passed).toBe(false)
  expect(breaker?.findings).toMatchObject({ timeToRecoverMs: null, recovery: { succeeded: 0, sent: 0 } })
}, 30_000)

test('retries that may do nothing fail the retry scenario', async () => {
  const { retry, passed } = await runResilienceBenchmark({ breaker: false, retryBudgetRatio: 0, paceMs: 1 })
  expect(passed).toBe(false)
  expect(unmet(retry)).toEqual(['there are retries', 'retries help: more succeed than at the first attempt'])
}, 30_000)

test.each([
  ['breaker', { retry: false }],
  ['retry', { breaker: false }],
])(
  'ends the scenario of the %s within two seconds when it is told, though no response comes',
  async (_, which) => {
    const startedAt = performance.now()
    const signal = AbortSignal.timeout(1_500)
    const run = runResilienceBenchmark({ ...which, mockLatencyMs: 60_000, signal })
    await expect(run).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(performance.now() - startedAt).toBeLessThan(1_500 + 2_000)
  },
  30_000,
)
