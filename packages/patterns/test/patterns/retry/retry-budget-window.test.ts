import { RetryBudget } from 'async-patterns'
import { ManualClock, seededRandom } from 'async-patterns/testing'
import { expect, test } from 'vitest'

test('any window holds at most the retries allowed, wherever in its tenths they fall', async () => {
  const clock = new ManualClock()
  const budget = new RetryBudget({ maxRetries: 3, windowMs: 100, clock })
  const random = seededRandom(7)
  const taken: number[] = []
  for (let step = 0; step < 2_000; step += 1) {
    const now = clock.now()
    const inWindow = taken.filter(at => at > now - 100).length
    const inWindowAndSlice = taken.filter(at => at > now - 110).length
    const { retries } = budget.state()
    // What is counted covers the window and up to a tenth more.
    expect(retries).toBeGreaterThanOrEqual(inWindow)
    expect(retries).toBeLessThanOrEqual(inWindowAndSlice)
    if (budget.tryTake()) {
      taken.push(now)
      expect(inWindow).toBeLessThan(3)
    } else expect(inWindowAndSlice).toBeGreaterThanOrEqual(3)
    await clock.advance(Math.floor(random() * 40))
  }
  expect(taken.length).toBeGreaterThan(500)
})

test('calls are counted in the same window as retries', async () => {
  const clock = new ManualClock()
  const budget = new RetryBudget({ ratio: 1, minRetries: 0, windowMs: 100, clock })
  for (let call = 0; call < 12; call += 1) {
    budget.countCall()
    await clock.advance(5)
  }
  expect(budget.state()).toEqual({ calls: 12, retries: 0, allowed: 12 })
  await clock.advance(60)
  expect(budget.state().calls).toBeLessThan(12)
  await clock.advance(200)
  expect(budget.state()).toEqual({ calls: 0, retries: 0, allowed: 0 })
})

test('ten retries are allowed unless told, and any number within a ratio', () => {
  const clock = new ManualClock()
  const plain = new RetryBudget({ clock })
  const byRatio = new RetryBudget({ ratio: 1, clock })
  for (let call = 0; call < 30; call += 1) byRatio.countCall()
  const taken = { plain: 0, byRatio: 0 }
  while (plain.tryTake()) taken.plain += 1
  while (byRatio.tryTake()) taken.byRatio += 1
  expect(taken).toEqual({ plain: 10, byRatio: 30 })
})

test('its load amplification is one and the ratio, or unknown', () => {
  expect(new RetryBudget({ ratio: 0.2 }).loadAmplification).toBe(1.2)
  expect(new RetryBudget().loadAmplification).toBe(Infinity)
})

test('of too many keys those are dropped of which nothing is in the window', async () => {
  const clock = new ManualClock()
  const budget = new RetryBudget({ maxRetries: 1, maxKeys: 2, windowMs: 100, clock })
  budget.tryTake('old')
  await clock.advance(80)
  budget.tryTake('young')
  await clock.advance(80)
  budget.tryTake('new')
  expect(budget.tryTake('young')).toBe(false)
})

test('with a ratio a key that has calls alone is remembered too', async () => {
  const clock = new ManualClock()
  const budget = new RetryBudget({ ratio: 1, minRetries: 0, maxKeys: 2, windowMs: 100, clock })
  budget.countCall('old')
  await clock.advance(80)
  budget.countCall('young')
  await clock.advance(80)
  budget.countCall('new')
  expect(budget.state('young').calls).toBe(1)
})
