import { Chaos, CircuitBreaker, compose, Fallback, Hedge } from 'async-patterns'
import { expectTypeOf, test } from 'vitest'

test('a fallback adds its own type to the result, alone and in a stack', () => {
  const orNull = new Fallback({ fallback: null })
  const orList = new Fallback({ fallback: () => Promise.resolve([] as string[]) })
  const stack = compose(orNull, new Hedge(), new CircuitBreaker())
  expectTypeOf(orNull.execute(() => 'fine')).resolves.toEqualTypeOf<string | null>()
  expectTypeOf(stack.execute(() => 'fine')).resolves.toEqualTypeOf<string | null>()
  expectTypeOf(compose(stack, new Hedge()).execute(() => 1)).resolves.toEqualTypeOf<number | null>()
  expectTypeOf(orList.execute(() => 1)).resolves.toEqualTypeOf<number | string[]>()
})

test('chaos adds the results that it makes up, and nothing without', () => {
  expectTypeOf(new Chaos().execute(() => 1)).resolves.toEqualTypeOf<number>()
  const madeUp = new Chaos({ resultRate: 0.1, result: () => 'made up' })
  expectTypeOf(madeUp.execute(() => 1)).resolves.toEqualTypeOf<number | string>()
})

test('a breaker that judges results runs only operations that have such results', () => {
  const byStatus = new CircuitBreaker<{ status: number }>({
    classify: outcome => (outcome.ok && outcome.value.status < 500 ? 'success' : 'failure'),
  })
  expectTypeOf(byStatus.execute(() => ({ status: 200, body: 'x' }))).resolves.toEqualTypeOf<{
    status: number
    body: string
  }>()
  // @ts-expect-error a string has no status
  void byStatus.execute(() => 'fine').catch(() => undefined)
})
