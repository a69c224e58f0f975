import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const ALL = ['packages/*/test/**/*.test.ts']

/** They measure latencies, rates or memory in real time: one file at a time, when all others have ended. */
const SERIAL = [
  'packages/http/test/faults/acquire-memory.test.ts',
  'packages/http/test/integration/{acquire,engine-comparison}.test.ts',
  'packages/http/test/lab/load/{load-cases,run-load}.test.ts',
  'packages/http/test/mock/**/*.test.ts',
  'packages/patterns/test/integration/leaks.test.ts',
]

/** They start processes or compile what the docs say: seconds each. */
const SLOW = ['packages/*/test/{docs,faults,integration}/**/*.test.ts']

/**
 * They leave nothing behind in their process, so that many share one: half of their time was starting
 * processes.
 */
const UNIT = [
  'packages/http/test/{acquisition,contracts,persistence,properties}/**/*.test.ts',
  'packages/patterns/test/{core,issues,observability,patterns,properties,testing,types}/**/*.test.ts',
]

/** A part of the suite: parts of one group run together, as many files at once as there are cores. */
const part = (name: string, include: string[], exclude: string[], more: object = {}) => ({
  extends: true as const,
  // `servers` has packages of its own, with tests of theirs.
  test: {
    name,
    include,
    exclude: ['**/node_modules/**', ...exclude],
    maxWorkers: availableParallelism(),
    sequence: { groupOrder: 0 },
    ...more,
  },
})

/** Tests run against the sources; only worker threads and child processes use `dist/`. */
export default defineConfig({
  resolve: {
    alias: [
      { find: '#platform', replacement: at('packages/patterns/src/core/platform-node.ts') },
      { find: /^async-patterns$/, replacement: at('packages/patterns/src/index.ts') },
      {
        find: /^async-patterns\/(observability|testing)$/,
        replacement: `${at('packages/patterns/src')}/$1/index.ts`,
      },
      {
        find: /^@async-patterns\/http\/(engines|persistence|mock|measurements|lab|acquisition)$/,
        replacement: `${at('packages/http/src')}/$1/index.ts`,
      },
    ],
  },
  test: {
    testTimeout: 20_000,
    projects: [
      part('slow', SLOW, SERIAL),
      part('parallel', ALL, [...SERIAL, ...SLOW, ...UNIT]),
      part('unit', UNIT, SERIAL, {
        isolate: false,
        setupFiles: ['packages/patterns/test/support/end-timers.ts'],
      }),
      part('serial', SERIAL, [], { maxWorkers: 1, sequence: { groupOrder: 1 } }),
    ],
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      reporter: ['text-summary', 'html'],
      reportsDirectory: 'htmlcov',
      thresholds: { lines: 85, branches: 85 },
    },
  },
})
