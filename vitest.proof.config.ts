import base from './vitest.config.js'

const { projects: _, coverage: _coverage, ...test } = base.test ?? {}

/** `make proof`: the tests that have a long form; PROOF says how much of it is run. */
export default {
  ...base,
  test: {
    ...test,
    include: [
      'packages/http/test/engines/wire/fuzz.test.ts',
      'packages/http/test/faults/{acquire-kill,acquire-kill-api,deliver-kill}.test.ts',
      'packages/http/test/integration/{docker,pack}.test.ts',
      'packages/*/test/properties/**/*.test.ts',
    ],
    setupFiles: ['packages/http/test/support/proof-runs.ts'],
    testTimeout: 900_000,
  },
}
