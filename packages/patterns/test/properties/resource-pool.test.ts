import { ResourcePool, seededRandom } from 'async-patterns'
import type { Lease } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'

interface Thing {
  readonly id: number
}

const never = () => new Promise<never>(() => undefined)

test('N-48 created less destroyed is active and idle, whatever create, validate and destroy do', async () => {
  await fc.assert(fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 4 }), play), { numRuns: 150 })
})

/** A pool whose callbacks succeed, fail, come late or never, under callers who do what people do. */
async function play(seed: number, max: number): Promise<void> {
  const random = seededRandom(seed)
  const clock = new ManualClock()
  const alive = new Set<Thing>()
  const pick = <T>(...ways: readonly (() => T)[]): T =>
    (ways[Math.floor(random() * ways.length)] as () => T)()
  const make = (): Thing => {
    const thing = { id: alive.size }
    alive.add(thing)
    return thing
  }
  const fail = () => {
    throw new Error('down')
  }
  const late = async () => {
    await clock.sleep(30)
    return make()
  }
  const pool = new ResourcePool<Thing>({
    create: () => pick<Thing | Promise<Thing>>(make, make, late, fail, never),
    validate: () =>
      pick<boolean | Promise<boolean>>(
        () => true,
        () => true,
        () => false,
        fail,
        never,
      ),
    destroy: thing => {
      alive.delete(thing)
      return pick<void | Promise<void>>(() => undefined, fail, never)
    },
    max,
    min: Math.floor(max / 2),
    createTimeoutMs: 20,
    validateTimeoutMs: 20,
    destroyTimeoutMs: 20,
    acquireTimeoutMs: 200,
    idleTimeoutMs: 100,
    maxLifetimeMs: 300,
    clock,
    random,
  })
  const check = () => {
    const { created, destroyed, active, idle, pending } = pool.metrics()
    expect(created - destroyed).toBe(active + idle)
    expect(active + idle + pending).toBeLessThanOrEqual(max)
  }
  pool.subscribe(check)
  const leases: Lease<Thing>[] = []
  const known: Thing[] = []
  const borrow = () => {
    pool.acquire().then(
      lease => {
        leases.push(lease)
        known.push(lease.resource)
      },
      () => undefined,
    )
  }
  for (let step = 0; step < 60; step += 1) {
    pick<unknown>(
      borrow,
      borrow,
      () => leases.shift()?.release(),
      () => leases.shift()?.release(),
      () => void leases.shift()?.destroy(),
      () =>
        pool.invalidate(
          pick(
            () => known[0] ?? make(),
            () => known.at(-1) ?? make(),
          ),
        ),
    )
    await clock.advance(Math.floor(random() * 40))
    check()
  }
  for (const lease of leases) lease.release()
  const closed = pool.close({ timeoutMs: 10_000 })
  await clock.advance(500)
  for (const lease of leases) lease.release()
  await clock.run(closed)
  expect(pool.metrics()).toMatchObject({ active: 0, idle: 0, waiting: 0 })
}
