import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
// Worker threads run what is built.
import { SyncEngine, ThreadedEngine } from '../../dist/engines/index.js'
import { deadUrl } from '../contracts/servers.js'
import { run, succeed } from '../support/run.js'

/** A server on a thread of its own: the thread of the test is blocked while a sync engine runs. */
const SERVER = `
const { createServer } = require('node:http')
const { parentPort } = require('node:worker_threads')
let now = 0, most = 0
const server = createServer((request, response) => {
  if (request.url === '/most') return response.end(String(most))
  if (request.url === '/never') return
  most = Math.max(most, ++now)
  setTimeout(() => { now -= 1; response.statusCode = request.url.endsWith('7') ? 500 : 200; response.end('hello') }, 2)
})
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))
`

let worker: Worker
let url = ''
beforeAll(async () => {
  worker = new Worker(SERVER, { eval: true })
  const [port] = (await once(worker, 'message')) as [number]
  url = `http://127.0.0.1:${port}`
})
afterAll(() => worker.terminate())

const urls = (count: number): string[] => Array.from({ length: count }, (_, i) => `${url}/${i}`)
const mostAtOnce = async (): Promise<number> => Number(await (await fetch(`${url}/most`)).text())

describe('SyncEngine', () => {
  test('blocks, does one request at a time, and gives a result for each URL in order', async () => {
    const engine = new SyncEngine()
    let ticked = false
    setImmediate(() => (ticked = true))
    const run = engine.run(urls(20))
    expect(ticked).toBe(false)
    expect(run.results.map(result => result.url)).toEqual(urls(20))
    expect([run.successCount, run.errorBreakdown]).toEqual([18, { HTTP_500: 2 }])
    expect(run.totalTimeMs).toBeGreaterThan(20 * 1.5)
    expect(run.results[0]).toMatchObject({ statusCode: 200, attempt: 1, bytes: 5, error: null })
    expect(engine.run([]).results).toEqual([])
    expect(await mostAtOnce()).toBe(1)
    await engine.close()
  })

  test('a failure is a result', async () => {
    const dead = await deadUrl()
    const engine = new SyncEngine({ timeoutMs: 100 })
    const run = engine.run([dead, 'nonsense', `${url}/never`, `${url}/1`])
    expect(run.results.map(result => result.error?.code ?? 'none')).toEqual([
      'ECONNREFUSED',
      'BAD_REQUEST',
      'TIMEOUT',
      'none',
    ])
    await engine.close()
    expect(() => engine.run([url])).toThrow('closed')
  })

  test('a bad option is named', () => {
    expect(() => new SyncEngine({ timeoutMs: -1 })).toThrow(/SyncEngine.timeoutMs/)
  })
})

describe('ThreadedEngine', () => {
  test('runs as many requests at once as it has workers, awaited or blocking', async () => {
    await using engine = new ThreadedEngine({ maxWorkers: 3 })
    const awaited = await engine.run(urls(60))
    const blocking = engine.runSync(urls(300))
    for (const [run, count] of [
      [awaited, 60],
      [blocking, 300],
    ] as const) {
      expect(run.results.map(result => result.url)).toEqual(urls(count))
      expect(run.successCount).toBe(count * 0.9)
    }
    // The threads of the first run may start one after the other; those of the second are all there.
    expect(await mostAtOnce()).toBe(3)
  })

  test('one run at a time', async () => {
    await using engine = new ThreadedEngine({ maxWorkers: 1 })
    const first = engine.run(urls(3))
    await expect(engine.run(urls(1))).rejects.toMatchObject({ code: 'ENGINE_BUSY' })
    expect(() => engine.runSync(urls(1))).toThrow(/under way/)
    expect((await first).successCount).toBe(3)
  })

  test('a thread that was lost between runs is replaced', async () => {
    const threads: Worker[] = []
    const seen = (thread: Worker): void => void threads.push(thread)
    process.on('worker', seen)
    await using engine = new ThreadedEngine({ maxWorkers: 2 })
    await engine.run(urls(4))
    process.off('worker', seen)
    await threads[0]?.terminate()
    expect((await engine.run(urls(4))).successCount).toBe(4)
  })

  test('close during a run ends it with an error, not with silence', async () => {
    const engine = new ThreadedEngine({ maxWorkers: 2 })
    const running = engine.run([`${url}/never`, `${url}/never`])
    const outcome = expect(running).rejects.toMatchObject({ code: 'WORKER_LOST' })
    await engine.close()
    await outcome
    await expect(engine.run(urls(1))).rejects.toMatchObject({ code: 'CLOSED' })
  })

  test('a thread that fails is named, and its own error is the cause', async () => {
    const engine = new ThreadedEngine({ maxWorkers: 2 })
    const threads: Worker[] = []
    const seen = (thread: Worker): void => void threads.push(thread)
    process.on('worker', seen)
    const running = engine.run([`${url}/never`, `${url}/never`])
    await once(process, 'worker')
    process.off('worker', seen)
    threads[0]?.emit('error', new TypeError('out of thin air'))
    await expect(running).rejects.toMatchObject({
      code: 'WORKER_LOST',
      message: 'a worker thread failed: out of thin air',
      cause: new TypeError('out of thin air'),
    })
    await engine.close()
  })

  test('a bad option is named', () => {
    expect(() => new ThreadedEngine({ maxWorkers: 0 })).toThrow(/ThreadedEngine.maxWorkers is 0/)
  })
})

const engines = JSON.stringify(new URL('../../dist/engines/index.js', import.meta.url).href)

/** Runs code as a module of its own: the text of `--eval` would be the argument of its threads too. */
const moduleOf = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`

/** Loaded into every thread before anything else; in a worker it does this when a request is on its way. */
const inWorkers = (deed: string): string =>
  moduleOf(`
import { isMainThread } from 'node:worker_threads'
import { writeSync } from 'node:fs'
const now = () => performance.timeOrigin + performance.now()
if (!isMainThread) setTimeout(() => { writeSync(2, 'at ' + now() + '\\n'); ${deed} }, 1_500)`)

const blocked = (call: string): string => `
import { SyncEngine, ThreadedEngine } from ${engines}
try { console.log(JSON.stringify(${call}.results)) }
catch ({ code, message }) { console.log(JSON.stringify([code, message, performance.timeOrigin + performance.now()])) }
process.exit()`

const SYNC = 'new SyncEngine().run'
const THREADED = 'new ThreadedEngine({ maxWorkers: 3 }).runSync'

describe('a blocked thread', () => {
  test.each([
    [SYNC, 'throws', `throw new Error('out of thin air')`, 'failed: out of thin air', 1_000],
    [THREADED, 'throws', `throw new Error('out of thin air')`, 'failed: out of thin air', 1_000],
    [THREADED, 'exits', 'process.exit(7)', 'ended with code 7', 1_000],
    [THREADED, 'never answers again', 'for (;;);', 'does not answer', 8_000],
  ])('in %s notices soon that a worker %s', async (call, _, deed, becomes, withinMs) => {
    const script = `import(${JSON.stringify(moduleOf(blocked(`${call}(Array(9).fill('${url}/never'))`)))})`
    const args = ['--import', inWorkers(deed), '--eval', script]
    const { stdout, stderr } = await run(process.execPath, args)
    const [code, told, at] = JSON.parse(stdout) as [string, string, number]
    expect([code, told]).toEqual(['WORKER_LOST', `a worker thread ${becomes}`])
    // From the worker's own last words on: how long a process takes to start is another matter.
    const [, deedAt] = /^at ([\d.]+)$/m.exec(stderr) ?? []
    expect(at - Number(deedAt)).toBeLessThan(withinMs + 2_000)
  })

  test.each([SYNC, THREADED])('gets results of %s where the code is the text of --eval', async call => {
    const script = blocked(`${call}(['${url}/1', '${url}/2'])`)
    const results = await succeed(process.execPath, ['--input-type=module', '--eval', script])
    expect(JSON.parse(results)).toMatchObject([{ statusCode: 200 }, { statusCode: 200 }])
  })
})
