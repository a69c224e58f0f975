import type { Context, Policy } from 'async-patterns'
import { compose, RetryPolicy, SemaphoreLimiter, Timeout } from 'async-patterns'
import { describe, expectTypeOf, test } from 'vitest'

interface Answer {
  readonly status: number
}
declare const nullable: Policy<unknown, null>
declare const orText: Policy<unknown, string>

// Never called: the compiler is the test.
function neverRun(): void {
  const onAnswers = new RetryPolicy<Answer>({
    retryWhen: outcome => outcome.ok && outcome.value.status === 503,
  })
  const limiter = new SemaphoreLimiter()
  const timeout = new Timeout({ timeoutMs: 1 })

  expectTypeOf(limiter.execute(() => 1)).toEqualTypeOf<Promise<number>>()
  expectTypeOf(limiter.execute(async () => 'text')).toEqualTypeOf<Promise<string>>()
  expectTypeOf(nullable.execute(() => 1)).toEqualTypeOf<Promise<number | null>>()

  expectTypeOf(onAnswers.execute(() => ({ status: 200, body: 'x' }))).resolves.toEqualTypeOf<{
    status: number
    body: string
  }>()
  // @ts-expect-error a retry that looks at answers cannot judge a number
  void onAnswers.execute(() => 1)

  const stack = compose(nullable, onAnswers, limiter, timeout)
  expectTypeOf(stack).toExtend<Policy<Answer, null>>()
  expectTypeOf(stack.execute(() => ({ status: 1 }))).resolves.toEqualTypeOf<{ status: number } | null>()
  // @ts-expect-error the stack understands what its most demanding layer does
  void stack.execute(() => 'text')

  expectTypeOf(compose(limiter, timeout).execute(() => 1)).resolves.toEqualTypeOf<number>()
  expectTypeOf(compose(nullable, orText).execute(() => 1)).resolves.toEqualTypeOf<number | string | null>()

  // A demanding policy does not stand in for one that takes anything, but the other way round it does.
  expectTypeOf<Policy>().toExtend<Policy<Answer>>()
  expectTypeOf<Policy<Answer>>().not.toExtend<Policy>()
  expectTypeOf<Policy>().toExtend<Policy<unknown, null>>()
  expectTypeOf<Policy<unknown, null>>().not.toExtend<Policy>()

  // A context is a within, so it can be handed on as it is.
  expectTypeOf<Context>().toExtend<Parameters<Policy['execute']>[1]>()
}

describe('types of policies', () => {
  test('are held by the compiler', () => {
    expectTypeOf(neverRun).toBeFunction()
  })
})
