import { getEventListeners } from 'node:events'
import { abortReason, contextOf, Deferred, isAborted, onAbort, raceAbort } from 'async-patterns'
import { describe, expect, test } from 'vitest'

describe('abort', () => {
  test('is read from a plain within, from a context, and from nothing', () => {
    const controller = new AbortController()
    const all = [controller, contextOf(controller), undefined]
    expect(all.map(isAborted)).toEqual([false, false, false])
    const reason = new Error('why')
    controller.abort(reason)
    expect(all.map(isAborted)).toEqual([true, true, false])
    expect(all.map(abortReason)).toEqual([reason, reason, undefined])
  })

  test('many listeners put one on the signal, and none when all have left', () => {
    const { signal } = new AbortController()
    const leave = Array.from({ length: 1_000 }, () => onAbort({ signal }, () => undefined))
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    for (const one of leave) one()
    for (const one of leave) one()
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  test('a listener that was added twice is called twice, and leaves one at a time', () => {
    const controller = new AbortController()
    let calls = 0
    const listener = (): void => {
      calls += 1
    }
    const leave = onAbort(controller, listener)
    onAbort(controller, listener)
    leave()
    controller.abort()
    expect(calls).toBe(1)
    expect(onAbort(undefined, listener)()).toBeUndefined()
  })
})

describe('raceAbort', () => {
  test('gives the value, or the error, if that comes first, and leaves no listener', async () => {
    const { signal } = new AbortController()
    expect(await raceAbort(Promise.resolve(1), { signal })).toBe(1)
    await expect(raceAbort(Promise.reject(new Error('fault')), { signal })).rejects.toThrow('fault')
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  test('P-R8 rejects with the abort reason; what comes later is no unhandled rejection', async () => {
    const controller = new AbortController()
    const work = new Deferred<number>()
    const race = raceAbort(work.promise, controller)
    const reason = new Error('stop')
    controller.abort(reason)
    await expect(race).rejects.toBe(reason)
    await expect(raceAbort(work.promise, controller)).rejects.toBe(reason)
    work.reject(new Error('late'))
    await new Promise(setImmediate)
  })
})
