import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EngineProcess } from '../../src/lab/engine-process.js'
import { ENGINE_NAMES } from '../../src/measurements/index.js'
import type { EngineSpec } from '../../src/lab/engine-spec.js'
import { eventually } from '../contracts/servers.js'
import { startHttpMock } from '../../src/mock/index.js'
import type { HttpMock } from '../../src/mock/index.js'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

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

test.each(ENGINE_NAMES)('runs the %s engine, again and again', async engine => {
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

test('tells what the engine itself could not do', async () => {
  await using running = new EngineProcess(spec({ lanes: 0 }))
  await expect(running.run({ url: mock.url, count: 1 })).rejects.toThrow(
    'the async-optimized engine failed: AsyncEngine.maxConcurrent is 0',
  )
})

test('ends a run at once when it is aborted, and its process with it', async () => {
  const running = new EngineProcess(spec({}))
  const abort = new AbortController()
  const run = running.run({ url: `${mock.url}/hang`, count: 10 }, abort.signal)
  await sleep(50)
  abort.abort(new Error('enough'))
  await expect(run).rejects.toThrow('enough')
  await running[Symbol.asyncDispose]()
})

test('keeps no results of the runs that are over', async () => {
  await using running = new EngineProcess(spec({}))
  const resultsOf = async (): Promise<WeakRef<object>> => {
    const { results } = await running.run({ url: `${mock.url}/`, count: 10 })
    return new WeakRef(results)
  }
  const first = await resultsOf()
  await resultsOf()
  await eventually(() => {
    collectGarbage()
    return first.deref() === undefined
  })
})

test('tells that its process has ended, in a run and before one', async () => {
  const running = new EngineProcess(spec({}))
  const ended = 'the process of the async-optimized engine ended (SIGKILL)'
  const run = running.run({ url: `${mock.url}/hang`, count: 1 })
  await Promise.all([expect(run).rejects.toThrow(ended), running[Symbol.asyncDispose]()])
  await expect(running.run({ url: mock.url, count: 1 })).rejects.toThrow(ended)
})
