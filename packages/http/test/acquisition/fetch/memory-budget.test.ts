import { describe, expect, test } from 'vitest'
import { MemoryBudget } from '../../../src/acquisition/fetch/memory-budget.js'

describe('MemoryBudget', () => {
  const isSettled = async (promise: Promise<unknown>): Promise<boolean> => {
    const pending = Symbol('pending')
    return (await Promise.race([promise, Promise.resolve(pending)])) !== pending
  }

  test('A-8 heavy pages share the bound, and never make ordinary ones wait', async () => {
    const memory = new MemoryBudget(1_000_000, 4)
    const first = await memory.reserve('heavy', {})
    memory.weigh('heavy', first, 600_000)
    first.release()
    const one = await memory.reserve('heavy', {})
    const two = memory.reserve('heavy', {})
    const light = await Promise.all([1, 2, 3, 4].map(() => memory.reserve('light', {})))
    expect(await isSettled(two)).toBe(false)
    expect(memory.bytesInUse).toBeLessThanOrEqual(1_000_000)
    one.release()
    for (const permit of [await two, ...light]) permit.release()
    expect(memory.bytesInUse).toBe(0)
  })

  test('lets a page that is heavier than the bound go alone', async () => {
    const memory = new MemoryBudget(1_000_000, 2)
    const first = await memory.reserve('a', {})
    memory.weigh('a', first, 5_000_000)
    first.release()
    const one = await memory.reserve('a', {})
    const two = memory.reserve('a', {})
    expect(await isSettled(two)).toBe(false)
    one.release()
    const last = await two
    last.release()
    expect(memory.bytesInUse).toBe(0)
  })

  test('A-8 a page that outgrows its guess takes more where there is room, and has none at all where there is not', async () => {
    const memory = new MemoryBudget(1_000_000, 2)
    const [one, two] = [await memory.reserve('a', {}), await memory.reserve('b', {})]
    expect(one.grow(400_000)).toBe(true)
    expect(memory.bytesInUse).toBe(650_000)
    expect(two.grow(400_000)).toBe(false)
    expect(memory.bytesInUse).toBe(400_000)
    two.release()
    one.release()
    expect(memory.bytesInUse).toBe(0)
    expect(one.grow(1)).toBe(false)
    expect(memory.bytesInUse).toBe(0)
  })

  test('A-8 pages of a source whose size was only claimed weigh what they weigh once one has come', async () => {
    const memory = new MemoryBudget(1_000_000, 2)
    const one = await memory.reserve('a', {})
    one.grow(500_000)
    expect(memory.tryReserve('a')).toBeUndefined()
    memory.weigh('a', one, 10)
    one.release()
    const two = await memory.reserve('a', {})
    expect(memory.bytesInUse).toBe(250_000)
    two.release()
  })

  test('N-26 records that are heavier than their JSON are counted as they are held, and expected of the next page', async () => {
    const memory = new MemoryBudget(1_000_000, 2)
    const one = await memory.reserve('a', {})
    memory.weigh('a', one, 200_000)
    memory.weighRecords('a', one, 400_000)
    expect(memory.bytesInUse).toBe(400_000)
    expect(memory.tryReserve('a')).toBeUndefined()
    const light = [memory.tryReserve('light'), memory.tryReserve('light')]
    expect(light).not.toContain(undefined)
    one.release()
    memory.weighRecords('a', one, 400_000)
    for (const permit of light) permit?.release()
    expect(memory.bytesInUse).toBe(0)
  })

  test('N-26 records that are lighter than their JSON free the rest at once', async () => {
    const memory = new MemoryBudget(1_000_000, 2)
    const one = await memory.reserve('a', {})
    one.grow(400_000)
    memory.weigh('a', one, 400_000)
    memory.weighRecords('a', one, 1_000)
    expect(memory.bytesInUse).toBe(1_000)
    one.release()
  })

  test('forgets a single heavy page after a few ordinary ones', async () => {
    const memory = new MemoryBudget(1_000_000, 2)
    for (const bytes of [500_000, 10, 10, 10]) {
      const permit = await memory.reserve('a', {})
      memory.weigh('a', permit, bytes)
      permit.release()
    }
    await memory.reserve('a', {})
    expect(memory.bytesInUse).toBe(250_000)
  })
})
