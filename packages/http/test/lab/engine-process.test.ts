import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { EngineProcess } from '../../src/lab/engine-process.js'
import { ENGINE_NAMES, type EngineSpec } from '../../src/lab/engine-spec.js'
import { type HttpMock, startHttpMock } from '../../src/mock/index.js'

let mock: HttpMock
beforeAll(async () => {
  mock = await startHttpMock({ behaviour: { latency: 1 } })
})
afterAll(() => mock.close())

const spec = (more: Partial<EngineSpec>): EngineSpec => ({
  engine: 'async-optimized',
  lanes: 4,
  timeoutMs: 5_000,
  transport: 'undici',
  ...more,
})

it.each(ENGINE_NAMES)('runs the %s engine, again and again', async engine => {
  await using running = new EngineProcess(spec({ engine, lanes: engine === 'sync' ? 1 : 4 }))
  for (const count of [20, 7]) {
    mock.clearStats()
    const result = await running.run({ url: `${mock.url}/`, count })
    expect(result.results.map(({ statusCode }) => statusCode)).toEqual(
      Array.from({ length: count }).fill(200),
    )
    expect(result.totalTimeMs).toBeGreaterThan(0)
    expect(mock.stats.requests).toBe(count)
  }
})

it('tells what the engine itself could not do', async () => {
  await using running = new EngineProcess(spec({ lanes: 0 }))
  await expect(running.run({ url: mock.url, count: 1 })).rejects.toThrow(
    'the async-optimized engine failed: AsyncEngine.maxConcurrent is 0',
  )
})

it('ends a run at once when it is aborted, and its process with it', async () => {
  const running = new EngineProcess(spec({}))
  const abort = new AbortController()
  const run = running.run({ url: `${mock.url}/hang`, count: 10 }, abort.signal)
  await sleep(50)
  abort.abort(new Error('enough'))
  await expect(run).rejects.toThrow('enough')
  await running[Symbol.asyncDispose]()
})
