import type { RetryEvent } from 'async-patterns'
import { RetryBudget, RetryBudgetExceededError, RetryPolicy } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'

function rig(options: ConstructorParameters<typeof RetryBudget>[0]) {
  const clock = new ManualClock()
  const budget = new RetryBudget({ clock, ...options })
  const retry = new RetryPolicy({ clock, budget, baseDelayMs: 1, jitter: 'none', maxAttempts: 3 })
  return { clock, budget, retry }
}

describe('P-R6 an exhausted budget', () => {
  test('fails the retry, not the first call; the first error is in cause', async () => {
    const { clock, retry } = rig({ maxRetries: 1 })
    let count = 0
    const operation = () => Promise.reject(new Error(`fault ${++count}`))
    const error = await clock.run(retry.execute(operation).catch((thrown: unknown) => thrown))
    expect(error).toBeInstanceOf(RetryBudgetExceededError)
    expect(error).toMatchObject({
      code: 'RETRY_BUDGET_EXCEEDED',
      attempts: 2,
      cause: { message: 'fault 1' },
      errors: [{ message: 'fault 1' }, { message: 'fault 2' }],
    })
    expect((error as RetryBudgetExceededError).explain()).toMatchObject({ retries: 1, allowed: 1 })
    expect(await retry.execute(() => 'a first call still runs')).toBe('a first call still runs')
  })

  test('returns a bad result as it is', async () => {
    const { clock, budget } = rig({ maxRetries: 0 })
    const retry = new RetryPolicy({ clock, budget, retryWhen: () => true })
    expect(await retry.execute(() => 'bad')).toBe('bad')
  })

  test('is told as an event', async () => {
    const { retry } = rig({ maxRetries: 0 })
    const events: RetryEvent[] = []
    retry.subscribe(event => events.push(event))
    await retry.execute(() => Promise.reject(new Error('fault'))).catch(() => undefined)
    expect(events).toMatchObject([{ type: 'budget-exceeded', budgetKey: 'default', attempts: 1 }])
  })
})

describe('RetryBudget', () => {
  test('P-R6 a ratio is not truncated: 15 calls at 0.1 allow one retry, 20 allow two', () => {
    const { budget } = rig({ ratio: 0.1, minRetries: 0 })
    for (let call = 0; call < 9; call += 1) budget.countCall()
    expect(budget.tryTake()).toBe(false)
    for (let call = 0; call < 6; call += 1) budget.countCall()
    expect(budget.state()).toEqual({ calls: 15, retries: 0, allowed: 1.5 })
    expect([budget.tryTake(), budget.tryTake()]).toEqual([true, false])
    for (let call = 0; call < 5; call += 1) budget.countCall()
    expect([budget.tryTake(), budget.tryTake()]).toEqual([true, false])
  })

  test('with a ratio a few retries are allowed however few the calls; maxRetries caps both', () => {
    const { budget } = rig({ ratio: 0.5, maxRetries: 4 })
    expect([1, 2, 3, 4].map(() => budget.tryTake())).toEqual([true, true, true, false])
    for (let call = 0; call < 100; call += 1) budget.countCall()
    expect(budget.state().allowed).toBe(4)
  })

  test('calls are counted by the policy, once each, when there is a ratio', async () => {
    const { clock, budget, retry } = rig({ ratio: 0.5 })
    let left = 1
    const flaky = async (): Promise<void> => {
      if (left-- > 0) throw new Error('fault')
    }
    await clock.run(retry.execute(flaky))
    await retry.execute(flaky)
    expect(budget.state()).toMatchObject({ calls: 2, retries: 1 })
  })

  test('the window slides: what was used comes back, and not before', async () => {
    const { clock, budget } = rig({ maxRetries: 2, windowMs: 1_000 })
    expect([budget.tryTake(), budget.tryTake(), budget.tryTake()]).toEqual([true, true, false])
    await clock.advance(1_000)
    expect(budget.tryTake()).toBe(false)
    await clock.advance(100)
    expect(budget.tryTake()).toBe(true)
    await clock.advance(1e9)
    expect(budget.state().retries).toBe(0)
  })

  test('keys do not share; reset forgets one of them', () => {
    const { budget } = rig({ maxRetries: 1 })
    expect([budget.tryTake('a'), budget.tryTake('b'), budget.tryTake('a')]).toEqual([true, true, false])
    budget.reset('a')
    expect([budget.tryTake('a'), budget.tryTake('b')]).toEqual([true, false])
  })

  test('a policy draws on its own key of a shared budget', async () => {
    const { clock, budget } = rig({ maxRetries: 1 })
    const policyOf = (budgetKey: string) => new RetryPolicy({ clock, budget, budgetKey, baseDelayMs: 1 })
    const fail = (key: string): Promise<unknown> =>
      clock.run(
        policyOf(key)
          .execute(() => Promise.reject(new Error('fault')))
          .catch((error: unknown) => error),
      )
    expect(await fail('a')).toMatchObject({ code: 'RETRY_BUDGET_EXCEEDED', attempts: 2 })
    expect(await fail('b')).toMatchObject({ attempts: 2 })
  })

  test.each([
    [{ maxRetries: -1 }, 'RetryBudget.maxRetries is -1'],
    [{ ratio: -0.1 }, 'RetryBudget.ratio is -0.1'],
    [{ windowMs: 0 }, 'RetryBudget.windowMs is 0'],
  ])('refuses %o', (options, message) => {
    expect(() => new RetryBudget(options)).toThrow(message)
  })
})
