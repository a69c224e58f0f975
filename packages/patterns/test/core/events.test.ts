import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterEach, describe, expect, test } from 'vitest'
import { Events } from '../../src/core/index.js'

interface Ping {
  readonly type: 'ping'
  readonly n: number
}
interface Pong {
  readonly type: 'pong'
}

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
})

describe('Events', () => {
  test('reach the own subscribers in order, until they leave', () => {
    const events = new Events<Ping | Pong>('test-own')
    expect(events.wanted('ping')).toBe(false)
    const seen: unknown[] = []
    const first = events.subscribe(event => seen.push(event.type))
    const second = events.subscribe(event => seen.push(event))
    expect([events.wanted('ping'), events.wanted('pong')]).toEqual([true, true])
    events.emit({ type: 'ping', n: 1 })
    first[Symbol.dispose]()
    first[Symbol.dispose]()
    events.emit({ type: 'pong' })
    second[Symbol.dispose]()
    expect(seen).toEqual(['ping', { type: 'ping', n: 1 }, { type: 'pong' }])
    expect(events.wanted('ping')).toBe(false)
  })

  test('one listener subscribed twice hears twice and leaves one at a time', () => {
    const events = new Events<Pong>('test-twice')
    let heard = 0
    const listener = (): void => {
      heard += 1
    }
    const one = events.subscribe(listener)
    events.subscribe(listener)
    events.emit({ type: 'pong' })
    one[Symbol.dispose]()
    events.emit({ type: 'pong' })
    expect(heard).toBe(3)
  })

  test('reach the process-wide channel of their pattern and type, from every instance', () => {
    const seen: unknown[] = []
    const listener = (message: unknown): void => void seen.push(message)
    const name = 'async-patterns:test-channel:ping'
    const [a, b] = [new Events<Ping | Pong>('test-channel'), new Events<Ping | Pong>('test-channel')]
    subscribe(name, listener)
    cleanups.push(() => unsubscribe(name, listener))
    expect([a.wanted('ping'), a.wanted('pong')]).toEqual([true, false])
    a.emit({ type: 'ping', n: 1 })
    b.emit({ type: 'ping', n: 2 })
    a.emit({ type: 'pong' })
    expect(seen).toEqual([
      { type: 'ping', n: 1 },
      { type: 'ping', n: 2 },
    ])
  })

  test('a listener that throws disturbs no other; its error is seen as uncaught', async () => {
    const events = new Events<Pong>('test-throw')
    const uncaught: unknown[] = []
    const before = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    process.on('uncaughtException', error => uncaught.push(error))
    cleanups.push(() => {
      process.removeAllListeners('uncaughtException')
      for (const listener of before) process.on('uncaughtException', listener)
    })
    const fault = new Error('listener')
    let heard = false
    events.subscribe(() => {
      throw fault
    })
    events.subscribe(() => {
      heard = true
    })
    events.emit({ type: 'pong' })
    expect(heard).toBe(true)
    await new Promise(setImmediate)
    expect(uncaught).toEqual([fault])
  })
})
