import { fileURLToPath } from 'node:url'
import { createContext, runInContext } from 'node:vm'
import { rolldown } from 'rolldown'
import { expect, test } from 'vitest'

const consumer = fileURLToPath(new URL('../../../http/', import.meta.url))

/** What browsers and workers have of what the package uses. */
const WEB_GLOBALS = {
  AbortController,
  AbortSignal,
  clearTimeout,
  MessageChannel,
  performance,
  queueMicrotask,
  setTimeout,
  structuredClone,
}

/** A bundle for a browser or a worker of all that an entry exports, as a user's bundler makes it. */
async function bundled(entry: string, conditionNames: string[]): Promise<string> {
  const bundle = await rolldown({
    input: 'entry',
    platform: 'browser',
    cwd: consumer,
    resolve: { conditionNames },
    onwarn: ({ message }) => {
      throw new Error(message)
    },
    plugins: [
      {
        name: 'entry',
        resolveId: id => (id === 'entry' ? `${consumer}entry.js` : null),
        load: id => (id === `${consumer}entry.js` ? `export * from '${entry}'` : null),
      },
    ],
  })
  const { output } = await bundle.generate({ format: 'iife', name: 'bundle' })
  expect(output).toHaveLength(1)
  return output[0].code
}

const ENTRIES = ['async-patterns', 'async-patterns/observability', 'async-patterns/testing']
const CONDITIONS = [['browser', 'module', 'import'], ['worker', 'import'], ['import']]

const TRIALS: Readonly<Record<string, string>> = {
  'async-patterns': `
    const policy = bundle.compose(new bundle.RetryPolicy(), new bundle.SemaphoreLimiter(), new bundle.CircuitBreaker())
    policy.execute(() => 42)`,
  'async-patterns/observability': `
    const histogram = new bundle.Histogram()
    histogram.record(42)
    const monitor = new bundle.OperationMonitor()
    monitor.measure('a', () => 1)
    let refusal = ''
    try { new bundle.EventLoopMonitor() } catch (error) { refusal = error.message }
    if (!refusal.startsWith('EventLoopMonitor.probe is undefined; allowed, where there is no node:perf_hooks')) {
      throw new Error(refusal)
    }
    const probe = { start() {}, read() {}, stop() {} }
    new bundle.EventLoopMonitor({ probe })
    histogram.max * monitor.stats('a').calls`,
  'async-patterns/testing': `
    const clock = new bundle.ManualClock()
    let at = 0
    clock.setTimer(() => { at = clock.now() + 2 }, 40)
    clock.advance(40).then(() => at)`,
}

test.each(ENTRIES.flatMap(entry => CONDITIONS.map(conditions => [entry, conditions] as const)))(
  'N-51 %s bundles for browsers and workers, and runs there (%s)',
  async (entry, conditions) => {
    const code = await bundled(entry, [...conditions])
    expect(code).not.toMatch(/(from|import|require)\s*\(?['"]node:/)
    const context = createContext({ ...WEB_GLOBALS })
    runInContext(code.replace(/^var bundle/m, 'globalThis.bundle'), context)
    expect(await (runInContext(`{${TRIALS[entry]}}`, context) as unknown)).toBe(42)
  },
)
