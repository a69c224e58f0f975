import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

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
    include: ['packages/*/test/**/*.test.ts'],
    testTimeout: 20_000,
    // One file at a time: what measures latencies to a millisecond has the machine for itself.
    maxWorkers: 1,
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      reporter: ['text-summary', 'html'],
      reportsDirectory: 'htmlcov',
      thresholds: { lines: 85, branches: 85 },
    },
  },
})
