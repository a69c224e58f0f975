import { getEventListeners } from 'node:events'
import type { Context } from 'async-patterns'
import { contextOf, Deferred } from 'async-patterns'
import { describe, expect, test } from 'vitest'
import type { CallContext } from '../../src/core/index.js'
import { CancellableContext } from '../../src/core/index.js'

const tick = (): Promise<void> => new Promise(setImmediate)

describe('contextOf', () => {
  test('hands on a context of ours as it is', () => {
    const context = contextOf(undefined)
    expect(contextOf(context)).toBe(context)
    expect(context).toMatchObject({ attempt: 1, deadlineAt: Infinity, aborted: false })
  })

  test('takes signal and deadline of a plain within', () => {
    const controller = new AbortController()
    const context = contextOf({ signal: controller.signal, deadlineAt: 5 })
    expect(context.deadlineAt).toBe(5)
    expect(context.signal).toBe(controller.signal)
    controller.abort('why')
    expect(context.aborted).toBe(true)
    expect(context.reason).toBe('why')
  })

  test('passes late work on to a context that is not ours', () => {
    const handed: unknown[] = []
    const foreign: Context = {
      signal: new AbortController().signal,
      aborted: false,
      attempt: 3,
      deadlineAt: 9,
      waitUntil: work => void handed.push(work),
    }
    const context = contextOf(foreign)
    expect(context).toMatchObject({ attempt: 3, deadlineAt: 9, aborted: false })
    const work = Promise.resolve()
    context.child().waitUntil(work)
    expect(handed).toEqual([work])
  })

  test('a signal that nobody gave is made once and never aborted', () => {
    const context = contextOf(undefined)
    expect(context.signal).toBe(context.signal)
    expect(context.signal.aborted).toBe(false)
  })
})

describe('child', () => {
  test('keeps the earlier deadline and counts its own attempt', () => {
    const outer = contextOf({ deadlineAt: 100 })
    expect(outer.child({ deadlineAt: 200, attempt: 2 })).toMatchObject({ deadlineAt: 100, attempt: 2 })
    const inner = outer.child({ deadlineAt: 50 })
    expect(inner).toMatchObject({ deadlineAt: 50, outerDeadlineAt: 100, attempt: 1 })
    expect(outer.outerDeadlineAt).toBe(Infinity)
  })

  test('is aborted with its outer context and shares its signal', () => {
    const controller = new AbortController()
    const inner = contextOf(controller).child().child()
    expect(inner.signal).toBe(controller.signal)
    controller.abort('why')
    expect([inner.aborted, inner.reason]).toEqual([true, 'why'])
  })
})

describe('late work', () => {
  test('without any, release is at once', () => {
    const context = contextOf(undefined)
    let released = false
    context.releaseWhenDone(() => {
      released = true
    })
    expect([released, context.hasLateWork]).toEqual([true, false])
  })

  test('is waited for, also what comes while waiting, by every context outside', async () => {
    const outer = contextOf(undefined)
    const inner = outer.child()
    const [first, second] = [new Deferred<void>(), new Deferred<void>()]
    const released: string[] = []
    inner.waitUntil(first.promise)
    outer.releaseWhenDone(() => released.push('outer'))
    inner.releaseWhenDone(() => released.push('inner'))
    inner.waitUntil(second.promise)
    first.reject(new Error('nobody hears this'))
    await tick()
    expect(released).toEqual([])
    expect(outer.hasLateWork).toBe(true)
    second.resolve()
    await tick()
    expect(released.sort()).toEqual(['inner', 'outer'])
    expect(outer.hasLateWork).toBe(false)
  })

  test('of a sibling is not waited for', () => {
    const outer = contextOf(undefined)
    outer.child().waitUntil(new Deferred<void>().promise)
    expect(outer.child().hasLateWork).toBe(false)
  })

  test('a thenable that calls back twice counts once', async () => {
    const context = contextOf(undefined)
    const twice = (done: () => void): void => {
      done()
      done()
    }
    // oxlint-disable-next-line no-thenable -- a thenable of somebody else's make is the point
    context.waitUntil({ then: twice } as unknown as PromiseLike<void>)
    context.waitUntil(new Deferred<void>().promise)
    await tick()
    expect(context.hasLateWork).toBe(true)
  })
})

describe('CancellableContext', () => {
  const make = (outer: CallContext) => new CancellableContext(outer, 1, Infinity)

  test('is cancelled by itself, once, without the outer one', () => {
    const outer = contextOf(undefined)
    const context = make(outer)
    const { signal } = context
    context.cancel('first')
    context.cancel('second')
    expect([context.aborted, context.reason, signal.reason]).toEqual([true, 'first', 'first'])
    expect(outer.aborted).toBe(false)
  })

  test('a signal that is read after the cancel is aborted already', () => {
    const context = make(contextOf(undefined))
    context.cancel('why')
    expect(context.signal.reason).toBe('why')
  })

  test('children hear a cancel and an abort from outside', () => {
    const controller = new AbortController()
    const context = make(contextOf(controller))
    const heard: string[] = []
    const child = context.child()
    const stop = child.onAbort(() => heard.push('stopped'))
    child.onAbort(() => heard.push('heard'))
    stop()
    controller.abort('why')
    expect(heard).toEqual(['heard'])
    expect([child.aborted, child.reason, child.signal.reason]).toEqual([true, 'why', 'why'])
    context.cancel('too late')
    expect(context.reason).toBe('why')
  })

  test('links to the outer signal only while somebody looks, and not after close', () => {
    const { signal } = new AbortController()
    const context = make(contextOf({ signal }))
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    expect(context.signal.aborted).toBe(false)
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    context.close()
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })
})
