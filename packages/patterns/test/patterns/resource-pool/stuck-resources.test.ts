import { TimeoutError } from 'async-patterns'
import { describe, expect, test } from 'vitest'
import { setUp } from './pool-rig.js'

const never = () => new Promise<never>(() => undefined)

describe('N-48 what never settles does not disable a pool', () => {
  test('N-48 a validate that never settles: the resource is destroyed, the caller gets another one', async () => {
    const { pool, clock, reasons } = setUp({ max: 1, validate: never })
    ;(await pool.acquire()).release()
    const lease = await clock.run(pool.acquire())
    expect(lease.resource.id).toBe(2)
    expect(reasons).toEqual(['invalid'])
    expect(clock.now()).toBe(5_000)
  })

  test('N-48 validateTimeoutMs sets how long that is; what it says later is of no effect', async () => {
    let answer: (isValid: boolean) => void = () => undefined
    const { pool, clock, reasons } = setUp({
      max: 1,
      validate: () => new Promise(resolve => (answer = resolve)),
      validateTimeoutMs: 50,
    })
    ;(await pool.acquire()).release()
    const second = pool.acquire()
    await clock.advance(49)
    expect(reasons).toEqual([])
    await clock.advance(1)
    expect((await second).resource.id).toBe(2)
    answer(true)
    await clock.flush()
    expect(pool.metrics()).toMatchObject({ active: 1, idle: 0, created: 2, destroyed: 1 })
  })

  test('N-48 a destroy that never settles holds up neither close nor Lease.destroy', async () => {
    const { pool, clock } = setUp({ destroy: never, destroyTimeoutMs: 100 })
    const errors: unknown[] = []
    pool.subscribe(event => {
      if (event.type === 'destroy-failure') errors.push(event.error)
    })
    const lease = await pool.acquire()
    ;(await pool.acquire()).release()
    await clock.run(lease.destroy())
    await clock.run(pool.close())
    expect(clock.now()).toBe(200)
    expect(errors).toEqual([expect.any(TimeoutError), expect.any(TimeoutError)])
  })

  test.each(['validateTimeoutMs', 'destroyTimeoutMs'])('N-48 %s is checked; Infinity is allowed', name => {
    expect(() => setUp({ [name]: 0 })).toThrow(`ResourcePool.${name} is 0`)
    setUp({ [name]: Infinity })
  })
})

describe('N-48 a dead resource can be dropped', () => {
  test('N-48 an idle one is destroyed at once, and is not lent out any more', async () => {
    const { pool, made, reasons, open } = setUp({ min: 1 })
    await pool.fill()
    expect(pool.invalidate(made[0]!)).toBe(true)
    expect([reasons, open()]).toEqual([['broken'], [2]])
    expect((await pool.acquire()).resource.id).toBe(2)
  })

  test('N-48 one that is lent out is destroyed when it comes back', async () => {
    const { pool, made, reasons, open } = setUp({ max: 1 })
    const lease = await pool.acquire()
    expect(pool.invalidate(lease.resource)).toBe(true)
    expect(open()).toEqual([1])
    const inLine = pool.acquire()
    lease.release()
    expect((await inLine).resource.id).toBe(2)
    expect([reasons, made.length]).toEqual([['broken'], 2])
  })

  test('N-48 one that is being validated is not lent out, whatever its validation says', async () => {
    let answer: (isValid: boolean) => void = () => undefined
    const { pool, made } = setUp({ max: 1, validate: () => new Promise(resolve => (answer = resolve)) })
    ;(await pool.acquire()).release()
    const next = pool.acquire()
    expect(pool.invalidate(made[0]!)).toBe(true)
    answer(true)
    expect((await next).resource.id).toBe(2)
  })

  test('N-48 one that is not there, or not any more, is told by false', async () => {
    const { pool, made } = setUp()
    const lease = await pool.acquire()
    expect(pool.invalidate({ id: 9, isOpen: true })).toBe(false)
    await lease.destroy()
    expect(pool.invalidate(made[0]!)).toBe(false)
  })
})
