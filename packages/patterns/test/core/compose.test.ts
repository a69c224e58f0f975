import type { Policy } from 'async-patterns'
import { compose, perKey, PolicyStack } from 'async-patterns'
import { describe, expect, test } from 'vitest'

/** A user's own policy: it notes when it is entered and left. */
const tracing = (name: string, log: string[], idle?: boolean): Policy => ({
  execute: async (operation, within) => {
    log.push(`> ${name}`)
    try {
      return await operation(within as never)
    } finally {
      log.push(`< ${name}`)
    }
  },
  ...(idle === undefined ? {} : { idle }),
})

describe('compose', () => {
  test('the leftmost is the outermost, and within reaches the innermost', async () => {
    const log: string[] = []
    const stack = compose(tracing('a', log), tracing('b', log), tracing('c', log))
    const within = { deadlineAt: 7 }
    expect(await stack.execute(context => context.deadlineAt, within)).toBe(7)
    expect(log).toEqual(['> a', '> b', '> c', '< c', '< b', '< a'])
  })

  test('one policy alone is itself', async () => {
    const log: string[] = []
    expect(await compose(tracing('a', log)).execute(() => 1)).toBe(1)
    expect(log).toEqual(['> a', '< a'])
  })

  test('stacks stack', async () => {
    const log: string[] = []
    const inner = compose(tracing('b', log), tracing('c', log))
    await compose(tracing('a', log), inner).execute(() => 1)
    expect(log.slice(0, 3)).toEqual(['> a', '> b', '> c'])
  })

  test('keeps its own list of policies, in order', () => {
    const log: string[] = []
    const given = [tracing('a', log), tracing('b', log)]
    const stack = new PolicyStack(given)
    expect(stack.policies).toEqual(given)
    expect(stack.policies).not.toBe(given)
    expect(Object.isFrozen(stack.policies)).toBe(true)
  })

  test('is idle when no layer says that it is not', () => {
    expect(compose(tracing('a', []), tracing('b', [], true)).idle).toBe(true)
    expect(compose(tracing('a', []), tracing('b', [], false)).idle).toBe(false)
  })

  test('refuses nothing at all', () => {
    expect(() => compose()).toThrow(RangeError)
  })
})

describe('perKey', () => {
  test('makes one entry a key and keeps it', () => {
    let made = 0
    const entries = perKey((key: string) => ({ key, number: ++made, idle: true }))
    expect(entries.get('a')).toBe(entries.get('a'))
    expect(entries.get('b').number).toBe(2)
    expect(entries.size).toBe(2)
    expect([...entries].map(([key]) => key)).toEqual(['a', 'b'])
  })

  test('drops the least recently used idle entry, and never a busy one', () => {
    const busy = new Set(['a'])
    const make = (key: string) => ({
      get idle() {
        return !busy.has(key)
      },
    })
    const entries = perKey(make, { maxKeys: 2 })
    const a = entries.get('a')
    entries.get('b')
    entries.get('c')
    expect([...entries].map(([key]) => key)).toEqual(['a', 'c'])
    busy.add('c')
    entries.get('d')
    expect(entries.size).toBe(3)
    expect(entries.get('a')).toBe(a)
    busy.clear()
    entries.get('e')
    expect(entries.size).toBeLessThanOrEqual(2)
  })

  test.each([0, 1.5])('refuses maxKeys %o', maxKeys => {
    expect(() => perKey(() => ({}), { maxKeys })).toThrow('perKey.maxKeys')
  })
})
