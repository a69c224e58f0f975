import base from './vitest.config.js'

/** The parts that `make mutation` mutates. */
const mutated = ['backoff', 'circuit-breaker', 'rate-limiter', 'retry', 'semaphore-limiter']

/**
 * Tests of scale and of memory say nothing about logic that others do not, and each mutant would pay for
 * them.
 */
const isQuick = /^(?!.*(1,000,000|100,000|50,000|10,000))/

const { projects: _, ...test } = base.test ?? {}

/** The tests that a mutant has to get past. */
export default {
  ...base,
  test: {
    ...test,
    include: [
      ...mutated.map(name => `packages/patterns/test/patterns/${name}/**/*.test.ts`),
      'packages/patterns/test/patterns/describe/*.test.ts',
      'packages/patterns/test/issues/*.test.ts',
      'packages/patterns/test/properties/{circuit-breaker,rate-limiter,semaphore-limiter,spaced-limiter}*.test.ts',
    ],
    testNamePattern: isQuick,
  },
}
