import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ManualClock } from 'async-patterns/testing'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DeparturePolicy } from '../../../src/acquisition/fetch/departure-policy.js'
import type { DepartureLimiter } from '../../../src/acquisition/fetch/endpoint-limiter.js'
import { EmbeddedLimits } from '../../../src/acquisition/fetch/endpoint-limiter.js'
import { Lateness } from '../../../src/acquisition/fetch/lateness.js'
import type { PoliteLimits } from '../../../src/acquisition/fetch/stream-limits.js'
import { worstRollingSecond } from '../../../src/acquisition/summary/rolling-second.js'
import { UndiciTransport } from '../../../src/engines/index.js'
import { systemClock } from 'async-patterns'
import { eventually } from '../../contracts/servers.js'
import { testWith } from '../../support/services.js'
import { POLITE } from '../../support/stream-at.js'

/** Arrivals of requests that depart as soon as they may, each late by one of `delays`, in their order. */
async function arrivals(limits: Partial<PoliteLimits>, delays: readonly number[]): Promise<number[]> {
  const clock = new ManualClock()
  const limiter = new EmbeddedLimits(clock).limiterOf({ ...POLITE, endpoint: 'a', ...limits })
  const at: number[] = []
  const send = async (delayMs: number): Promise<void> => {
    const departure = await limiter.acquireDeparture()
    departure.sent()
    at.push(clock.now() + delayMs)
  }
  await clock.run(Promise.all(delays.map(send)))
  return at.toSorted((a, b) => a - b)
}

/** What nginx's `limit_req` refuses: it reckons with the distance to the request before (ngx_http_limit_req). */
function refusedByNginx(at: readonly number[], ratePerSecond: number, burst: number): number {
  let [excess, last, refused] = [0, Number.NEGATIVE_INFINITY, 0]
  for (const moment of at.map(Math.floor)) {
    const next = Math.max(0, excess - (ratePerSecond * 1_000 * (moment - last)) / 1_000 + 1_000)
    if (last === Number.NEGATIVE_INFINITY) [excess, last] = [0, moment]
    else if (next > burst * 1_000) refused += 1
    else [excess, last] = [next, moment]
  }
  return refused
}

/** Requests as soon as they may depart, `late` on their way each; their answers tell as much as answers can. */
async function answered(late: readonly number[], marginMs: number): Promise<number[]> {
  const clock = new ManualClock()
  const limiter = new EmbeddedLimits(clock).limiterOf({ ...POLITE, endpoint: 'a', marginMs })
  const lateness = new Lateness()
  const at: number[] = []
  const send = async (delayMs: number): Promise<void> => {
    const departing = new DeparturePolicy(
      limiter,
      () => Infinity,
      clock,
      () => undefined,
    )
    await departing.acquire({})
    departing.sent()
    at.push(clock.now() + delayMs)
    await clock.sleep(delayMs + 30)
    departing.answered(lateness)
  }
  await clock.run(Promise.all(late.map(send)))
  return at
}

/** Which part of 5 a second was not used between the first and the last. */
function wasted(at: readonly number[]): number {
  const spanMs = (at.at(-1) as number) - (at[0] as number)
  return 1 - (at.length - 1) / ((5 * spanMs) / 1_000)
}

describe('pacing', () => {
  const delays = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 40, maxLength: 40 })
  const rates = fc.constantFrom(1, 2, 5, 20)

  test('N-23 what is late on its way by less than the margin makes no second of the server too full', async () => {
    await fc.assert(
      fc.asyncProperty(delays, rates, async (late, ratePerSecond) => {
        const at = await arrivals({ ratePerSecond, marginMs: 20 }, late)
        expect(worstRollingSecond(at)).toBeLessThanOrEqual(ratePerSecond)
      }),
      { numRuns: 30 },
    )
    const bare = await arrivals({ ratePerSecond: 5, marginMs: 0 }, [
      20,
      ...Array.from({ length: 19 }, () => 0),
    ])
    expect(worstRollingSecond(bare)).toBe(6)
  })

  test('N-23 5 a second lose less than 1 % of the rate where requests are late by less than the margin', async () => {
    const late = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 300, maxLength: 300 })
    await fc.assert(
      fc.asyncProperty(late, async delays => {
        const at = await answered([0, ...delays], 5)
        expect(worstRollingSecond(at.toSorted((a, b) => a - b))).toBeLessThanOrEqual(5)
        expect(wasted(at)).toBeLessThan(0.007)
      }),
      { numRuns: 10 },
    )
  })

  test('N-23 what its answer shows to be later than that makes no second of the server too full', async () => {
    const late = fc.array(
      fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 0, max: 5 }) }, fc.integer({ min: 0, max: 100 })),
      { minLength: 60, maxLength: 60 },
    )
    await fc.assert(
      fc.asyncProperty(late, async delays => {
        const at = await answered([0, ...delays], 5)
        expect(worstRollingSecond(at.toSorted((a, b) => a - b))).toBeLessThanOrEqual(5)
      }),
      { numRuns: 50 },
    )
    // It is paid for once, less the margin, and by the rate alone.
    const at = await answered(
      [0, ...Array.from({ length: 49 }, () => 0), 80, ...Array.from({ length: 50 }, () => 0)],
      5,
    )
    const even = await answered(
      Array.from({ length: 101 }, () => 0),
      5,
    )
    expect((at.at(-1) as number) - (even.at(-1) as number)).toBeLessThanOrEqual(75)
  })

  test('N-23 even pacing passes a server that counts by distance, without a burst', async () => {
    await fc.assert(
      fc.asyncProperty(delays, rates, async (late, ratePerSecond) => {
        const at = await arrivals({ ratePerSecond, marginMs: 20, pacing: 'even' }, late)
        expect(refusedByNginx(at, ratePerSecond, 0)).toBe(0)
      }),
      { numRuns: 30 },
    )
  })

  testWith('nginx')(
    'N-23 nginx limit_req refuses nothing of even pacing, with and without nodelay',
    async () => {
      for (const rule of ['zone=one', 'zone=one burst=1', 'zone=one burst=1 nodelay']) {
        await using nginx = await limitedNginx(rule)
        expect(await statusesOf(nginx.url, { pacing: 'even', ratePerSecond: 10, marginMs: 100 })).toEqual([
          200,
        ])
      }
    },
  )
})

/** A program of the test machine, not of this package. */
const NGINX = 'nginx'

/** The statuses of eight requests that depart as they may. */
async function statusesOf(url: string, limits: Partial<PoliteLimits>): Promise<number[]> {
  await using transport = new UndiciTransport({ maxConnections: 4 })
  const limiter = new EmbeddedLimits(systemClock).limiterOf({ ...POLITE, endpoint: url, ...limits })
  const statuses = await Promise.all(
    Array.from({ length: 8 }, async () => {
      const departure = await limiter.acquireDeparture()
      const { statusCode } = await transport.send({ url, onDeparture: () => departure.sent() })
      return statusCode
    }),
  )
  return [...new Set(statuses)]
}

async function limitedNginx(rule: string): Promise<{ url: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'nginx-limited-'))
  const free = createServer().listen(0, '127.0.0.1')
  await once(free, 'listening')
  const { port } = free.address() as AddressInfo
  free.close()
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    kind => `${kind}_temp_path ${folder}/temp;`,
  )
  await writeFile(
    join(folder, 'nginx.conf'),
    `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
    events {}
    http {
      access_log off; ${temp.join(' ')}
      limit_req_zone $server_port zone=one:1m rate=10r/s;
      server { listen 127.0.0.1:${port}; location / { limit_req ${rule}; root ${folder}; } }
    }`,
  )
  await writeFile(join(folder, 'index.html'), '[]')
  // The worker is nobody where the master is root.
  await chmod(folder, 0o755)
  const PATH = `${process.env.PATH ?? ''}:/usr/sbin:/usr/local/sbin`
  const options = { stdio: 'ignore', env: { ...process.env, PATH } } as const
  const args = ['-c', join(folder, 'nginx.conf'), '-p', folder, '-e', join(folder, 'error.log')]
  const child = spawn(NGINX, args, options)
  let isUp = false
  const url = `http://127.0.0.1:${port}/`
  const ask = (): void =>
    void fetch(url).then(
      () => (isUp = true),
      () => setTimeout(ask, 20),
    )
  ask()
  await eventually(() => isUp)
  await new Promise(resolve => setTimeout(resolve, 200))
  return {
    url,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true })
    },
  }
}

/** On a busy machine there is always some time between two looks at the clock. */
class BusyClock extends ManualClock {
  #lookedMs = 0

  override now(): number {
    this.#lookedMs += 0.001
    return super.now() + this.#lookedMs
  }
}

test('who waits for one that has not departed yet asks now and then, and lets it depart', async () => {
  const clock = new BusyClock()
  const limiter = new EmbeddedLimits(clock).limiterOf({ ...POLITE, endpoint: 'a', ratePerSecond: 1 })
  const first = await limiter.acquireDeparture()
  let asked = 0
  const counted: DepartureLimiter = {
    quiet: undefined,
    keepQuiet: quiet => limiter.keepQuiet(quiet),
    acquireDeparture(options, within) {
      asked += 1
      // It would leave no turn to anybody, nor to this test.
      if (asked > 1_000) throw new Error('asked for ever')
      return limiter.acquireDeparture(options, within)
    },
  }
  const second = new DeparturePolicy(
    counted,
    () => 0,
    clock,
    () => undefined,
  )
  const acquired = second.acquire({})
  await clock.advance(100)
  first.sent()
  await clock.run(acquired)
  expect(second.hasLeave).toBe(true)
})
