import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { SHOP_NAMES, spawnMock, startShops } from '@async-patterns/http/mock'
import { describe, expect, test } from 'vitest'
import { run } from '../support/run.js'

// The processes run what was built: `make test` builds first.
const dist = fileURLToPath(new URL('../../dist/', import.meta.url))
const main = `${dist}cli/main.js`

async function json(url: string): Promise<Record<string, unknown>> {
  return (await (await fetch(url)).json()) as Record<string, unknown>
}

async function readyLine(child: ChildProcess): Promise<Record<string, unknown>> {
  const [line] = (await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line')) as [
    string,
  ]
  return JSON.parse(line) as Record<string, unknown>
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function untilGone(pid: number): Promise<void> {
  const giveUpAt = performance.now() + 10_000
  while (isAlive(pid)) {
    if (performance.now() > giveUpAt) throw new Error(`process ${pid} is still there`)
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}

describe('mock shops', () => {
  test('the same seed gives the same shops in any process', async () => {
    await using spawned = await spawnMock('shops', ['--seed', '9', '--pages', '24'])
    await using own = await startShops({ seed: 9, pages: 24 })
    for (const name of SHOP_NAMES) {
      expect(await json(`${spawned.urls[name]}/__facts`)).toEqual(own[name].facts)
    }
    expect(new Set(Object.values(spawned.urls)).size).toBe(3)
    await spawned.close()
    expect(isAlive(spawned.pid)).toBe(false)
  })

  test('a behaviour flag is for all shops or for one; the one wins', async () => {
    const flags = [
      '--latency kaufhaus:50ms --latency 1ms --error-rate mercado:0.5',
      '--fault northwind:page=2,try=1,status=500 --fault rate=0.1,truncate',
    ]
    await using spawned = await spawnMock('shops', flags.join(' ').split(' '))
    const [northwind, kaufhaus, mercado] = await Promise.all(
      SHOP_NAMES.map(name => json(`${spawned.urls[name]}/__behaviour`)),
    )
    const truncate = { rate: 0.1, fault: { kind: 'truncate' } }
    const status = { page: 2, tries: [1], fault: { kind: 'status', status: 500 } }
    expect(northwind).toMatchObject({ latency: { kind: 'constant', ms: 1 }, faults: [truncate, status] })
    expect(kaufhaus).toMatchObject({ latency: { kind: 'constant', ms: 50 }, faults: [truncate] })
    expect(mercado).toMatchObject({ latency: { kind: 'constant', ms: 1 }, errorRate: 0.5 })
    expect(kaufhaus).not.toHaveProperty('errorRate')
  })

  test('--faults example: one 500 and one 429 with Retry-After: 1 in each, each once', async () => {
    await using spawned = await spawnMock('shops', ['--faults', 'example', '--latency', '0ms'])
    const seen: number[] = []
    for (let round = 0; round < 2; round++) {
      for (let page = 1; page <= 25; page++) {
        const response = await fetch(`${spawned.urls.northwind}/api/products?page=${page}`)
        seen.push(response.status)
        if (response.status === 429) expect(response.headers.get('retry-after')).toBe('1')
      }
    }
    expect(new Set(seen.slice(0, 25))).toEqual(new Set([200, 429, 500]))
    expect(seen.filter(status => status === 200)).toHaveLength(48)
    expect(seen.slice(25).every(status => status === 200)).toBe(true)
    for (const name of SHOP_NAMES) {
      const { faults } = await json(`${spawned.urls[name]}/__behaviour`)
      expect(faults).toHaveLength(2)
    }
  })

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'prints one line when ready, and ends with 0 on %s',
    async signal => {
      const child = spawn(process.execPath, [main, 'mock', 'shops', '--port', '0'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const ready = await readyLine(child)
      expect(ready).toMatchObject({ ready: true, mock: 'shops', pid: child.pid })
      expect(Object.keys(ready['urls'] as object)).toEqual([...SHOP_NAMES])
      child.kill(signal)
      expect(await once(child, 'exit')).toEqual([0, null])
    },
  )
})

test('mock http: listens, behaves as told, counts', async () => {
  await using spawned = await spawnMock('http', ['--latency', 'lognormal:3ms,0.2', '--seed', '4'])
  const responses = await Promise.all(Array.from({ length: 20 }, () => fetch(`${spawned.urls.http}/get`)))
  expect(responses.every(({ status }) => status === 200)).toBe(true)
  const stats = await json(`${spawned.urls.http}/__stats`)
  expect(stats).toMatchObject({ requests: 20, inFlight: 0, routes: { '/get': { 200: 20 } } })
  expect(await json(`${spawned.urls.http}/__behaviour`)).toMatchObject({
    latency: { kind: 'lognormal', medianMs: 3, sigma: 0.2 },
  })
})

describe('a spawned mock', () => {
  test('ends when its parent is killed', async () => {
    const { href } = pathToFileURL(`${dist}mock/index.js`)
    const script = `import { spawnMock } from ${JSON.stringify(href)}
      const mock = await spawnMock('shops')
      console.log(JSON.stringify({ pid: mock.pid }))
      setInterval(() => {}, 1000)`
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const { pid } = (await readyLine(parent)) as { pid: number }
    expect(isAlive(pid)).toBe(true)
    parent.kill('SIGKILL')
    await untilGone(pid)
  })

  test('does not hold a parent that forgot it, and ends with it', async () => {
    const { href } = pathToFileURL(`${dist}mock/index.js`)
    const script = `import { spawnMock } from ${JSON.stringify(href)}
      console.log((await spawnMock('http')).pid)`
    const { code, stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], {
      timeout: 15_000,
    })
    expect(code).toBe(0)
    await untilGone(Number(stdout))
  })

  test('that cannot start rejects', async () => {
    await expect(spawnMock('http', ['--host', '203.0.113.1'])).rejects.toThrow(/ended with code 1/)
  })
})

describe('a wrong call', () => {
  test.each([
    [['shops', '--port', '70000'], /--port is 70000; allowed is an integer of at least 0 and at most 65533/],
    [['shops', '--pages', 'many'], /--pages is "many"; allowed is a whole number/],
    [['shops', '--faults', 'all'], /--faults is "all"; allowed is "example"/],
    [['shops', '--latency', 'acme:5ms'], /--latency: .* is "acme"; .*"bimodal"/],
    [['shops', '--behaviour', '{"latncy":1}'], /--behaviour\.latncy is unknown/],
    [['http', '--latency', '5'], /--latency is "5"; .*5s/],
    [['http', '--jitter', '2'], /--jitter is 2; .*at most 1/],
    [['http', '--rate-limit', '-1'], /--rate-limit is -1; .*at least 1/],
    [['shops', '--outage', '4s..2s'], /--outage\.untilMs is 2000; .*at least 4000/],
    [['http', '--fault', 'foo'], /--fault "foo" names no kind of fault; allowed is one of "status"/],
    [['http', '--nonsense'], /--nonsense/],
  ])('%j ends with 2 and says what is allowed', async (args, message) => {
    const { code, stdout, stderr } = await run(process.execPath, [main, 'mock', ...args], { timeout: 15_000 })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/^ +at /m)
  })

  test('a port in use ends with 1 and the advice', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as { port: number }
    const { code, stderr } = await run(process.execPath, [main, 'mock', 'http', '--port', String(port)])
    expect([code, stderr]).toEqual([1, `error: port ${port} is in use; --port 0 takes free ones\n`])
    taken.close()
  })

  test('--help names every behaviour flag', async () => {
    for (const kind of ['shops', 'http']) {
      const { code, stdout } = await run(process.execPath, [main, 'mock', kind, '--help'])
      expect(code).toBe(0)
      for (const flag of [
        'port',
        'seed',
        'latency',
        'jitter',
        'error-rate',
        'rate-limit',
        'fault',
        'outage',
        'stall',
      ]) {
        expect(stdout).toContain(`--${flag} <`)
      }
    }
  })
})
