import { runInThisContext } from 'node:vm'
import { monitored, OperationMonitor } from 'async-patterns/observability'
import { ManualClock } from 'async-patterns/testing'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'

function setUp(options = {}) {
  const clock = new ManualClock()
  return { clock, monitor: new OperationMonitor({ clock, ...options }) }
}

describe('OperationMonitor', () => {
  test('counts and times each operation by its name', () => {
    const { monitor } = setUp()
    for (const durationMs of [10, 20, 30]) monitor.record({ name: 'read', durationMs, ok: true })
    monitor.record({ name: 'read', durationMs: 100, ok: false, error: new Error('no') })
    monitor.record({ name: 'write', durationMs: 1, ok: true })
    expect(monitor.stats('read')).toMatchObject({
      name: 'read',
      calls: 4,
      successes: 3,
      failures: 1,
      successRate: 0.75,
      totalMs: 160,
      averageMs: 40,
      minMs: 10,
      maxMs: 100,
      p99Ms: 100,
    })
    expect(monitor.stats('read')?.p50Ms).toBeCloseTo(20, 0)
    expect(monitor.allStats().map(({ name, calls }) => [name, calls])).toEqual([
      ['read', 4],
      ['write', 1],
    ])
    expect(monitor.stats('unknown')).toBeUndefined()
  })

  test('keeps the latest operations in a bounded ring, oldest first', () => {
    const { clock, monitor } = setUp({ recentOperations: 3 })
    expect(monitor.recent()).toEqual([])
    for (const durationMs of [1, 2]) monitor.record({ name: 'a', durationMs, ok: true })
    expect(monitor.recent().map(({ durationMs }) => durationMs)).toEqual([1, 2])
    for (const durationMs of [3, 4, 5]) monitor.record({ name: 'a', durationMs, ok: true })
    expect(monitor.recent().map(({ durationMs }) => durationMs)).toEqual([3, 4, 5])
    expect(monitor.recent()[0]).toEqual({ name: 'a', durationMs: 3, ok: true, endedAt: clock.wallNow() })
    monitor.reset()
    expect([monitor.recent(), monitor.allStats()]).toEqual([[], []])
  })

  test('counts names beyond maxNames together', () => {
    const { monitor } = setUp({ maxNames: 2 })
    for (const name of ['a', 'b', 'c', 'd', 'a']) monitor.record({ name, durationMs: 1, ok: true })
    expect(monitor.allStats().map(({ name, calls }) => [name, calls])).toEqual([
      ['a', 2],
      ['b', 1],
      ['(other)', 2],
    ])
  })

  test('wraps a function: results, errors, arguments and `this` stay as they are', async () => {
    const { clock, monitor } = setUp()
    const counter = {
      by: 2,
      add: monitor.wrap('add', function add(this: { by: number }, a: number, b: number) {
        return (a + b) * this.by
      }),
    }
    expect(counter.add(1, 2)).toBe(6)
    const error = new Error('no')
    const fails = monitor.wrap('fails', () => {
      throw error
    })
    expect(fails).toThrow(error)
    const slow = monitor.wrap('slow', async (ms: number) => {
      await clock.sleep(ms)
      return ms
    })
    expect(await clock.run(slow(50))).toBe(50)
    const rejects = monitor.wrap('rejects', () => clock.sleep(5).then(() => Promise.reject(error)))
    await expect(clock.run(rejects())).rejects.toBe(error)
    expect(monitor.allStats().map(({ name, failures, maxMs }) => [name, failures, maxMs])).toEqual([
      ['add', 0, 0],
      ['fails', 1, 0],
      ['slow', 0, 50],
      ['rejects', 1, 5],
    ])
    expect(monitor.recent().at(-1)?.error).toBe(error)
  })

  test('decorates a method with a standard decorator, as the compiler emits it', async () => {
    const { clock, monitor } = setUp()
    const source = `
      class Shop {
        #name = 'shop'
        @monitored(monitor, 'shop.products') async products(count: number) { return this.#name + count }
        @monitored(monitor) close() { throw new Error('closed') }
      }
      return new Shop()`
    const { outputText } = ts.transpileModule(`function make() {${source}}`, {
      compilerOptions: { target: ts.ScriptTarget.ES2022 },
    })
    const make = runInThisContext(`(monitored, monitor) => { ${outputText}; return make() }`)
    const shop = make(monitored, monitor) as { products(count: number): Promise<string>; close(): void }
    expect(await clock.run(shop.products(7))).toBe('shop7')
    expect(() => shop.close()).toThrow('closed')
    expect(monitor.stats('shop.products')?.successes).toBe(1)
    expect(monitor.stats('close')?.failures).toBe(1)
  })

  test('names what is wrong with its options', () => {
    expect(() => new OperationMonitor({ recentOperations: 0 })).toThrow(
      /OperationMonitor.recentOperations is 0/,
    )
    expect(() => new OperationMonitor({ maxNames: 0 })).toThrow(/OperationMonitor.maxNames is 0/)
    expect(() => new OperationMonitor().record({ name: 'a', durationMs: NaN, ok: true })).toThrow(/NaN/)
  })
})
