import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)
const cwd = fileURLToPath(new URL('../..', import.meta.url))

/** How often a full collection at an idle moment drops compiled code, while `call` is called many times. */
async function droppedCode(setUp: string): Promise<number> {
  const script = `
    import { CircuitBreaker, compose, ResourcePool, RetryPolicy, SemaphoreLimiter, Timeout } from 'async-patterns'
    ${setUp}
    for (let round = 0; round < 8; round += 1) {
      for (let i = 0; i < 20_000; i += 1) await call()
      gc()
    }
    process.exit()`
  // Compiled in the thread that asks for it: one beside it is done at another moment each time.
  const compiler = ['--no-concurrent-recompilation', '--expose-gc', '--trace-deopt']
  const flags = [...compiler, '--input-type=module', '--eval', script]
  const { stdout } = await run(process.execPath, flags, { cwd, maxBuffer: 2 ** 26 })
  return stdout.split('\n').filter(line => line.includes('weak objects')).length
}

test.each([
  ['four composed policies', 'const policy = compose(retry(), limiter(), breaker(), timeout())'],
  ['a limiter', 'const policy = limiter()'],
  ['a breaker', 'const policy = breaker()'],
  ['a retry', 'const policy = retry()'],
  ['a timeout', 'const policy = timeout()'],
])(
  'the code of %s stays compiled when a collection finds no call under way',
  async (_, policy) => {
    const setUp = `
    const retry = () => new RetryPolicy()
    const limiter = () => new SemaphoreLimiter()
    const breaker = () => new CircuitBreaker()
    const timeout = () => new Timeout({ timeoutMs: 30_000 })
    ${policy}
    const operation = async () => 1
    const call = () => policy.execute(operation)`
    expect(await droppedCode(setUp)).toBe(0)
  },
  30_000,
)

test('the code of permits and leases stays compiled too', async () => {
  const setUp = `
    const limiter = new SemaphoreLimiter()
    const pool = new ResourcePool({ create: () => 1 })
    const call = async () => {
      (await limiter.acquire()).release()
      ;(await pool.acquire()).release()
    }`
  expect(await droppedCode(setUp)).toBe(0)
}, 30_000)

test('without a kept object it would be dropped: what the tests above look for is there to be seen', async () => {
  const setUp = `
    class Short { constructor(at) { this.at = at; this.next = undefined } }
    const made = async at => new Short(at)
    const call = async () => (await made(1)).at`
  expect(await droppedCode(setUp)).toBeGreaterThan(0)
}, 30_000)
