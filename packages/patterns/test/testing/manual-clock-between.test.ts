import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'

describe.each(['everything', 'promises'] as const)('ManualClock with between: %s', between => {
  const setUp = () => {
    const clock = new ManualClock({ between })
    const log: string[] = []
    const note = (what: string) => () => log.push(`${clock.now()} ${what}`)
    return { clock, log, note }
  }

  test('lets every promise settle between two timers, however long the chain', async () => {
    const { clock, log, note } = setUp()
    const chain = async (): Promise<void> => {
      await clock.sleep(10)
      for (let i = 0; i < 50; i += 1) await Promise.resolve()
      note('chain')()
      clock.setTimer(note('set by the chain'), 0)
    }
    void chain()
    clock.setTimer(note('same moment'), 10)
    clock.setTimer(note('later'), 11)
    await clock.advance(11)
    expect(log).toEqual(['10 chain', '10 same moment', '10 set by the chain', '11 later'])
  })

  test('does so when it is moved from within a tick or a timer callback, too', async () => {
    const { clock, log, note } = setUp()
    void clock.sleep(10).then(() => Promise.resolve().then(note('first')))
    clock.setTimer(note('second'), 10)
    await new Promise<void>((resolve, reject) => {
      process.nextTick(() => clock.advance(10).then(resolve, reject))
    })
    expect(log).toEqual(['10 first', '10 second'])
  })

  test('runs until a promise has settled, and no further', async () => {
    const { clock, log, note } = setUp()
    clock.setTimer(note('later'), 5000)
    expect(await clock.run(clock.sleep(1000).then(() => 'done'))).toBe('done')
    expect([clock.now(), log]).toEqual([1000, []])
    await expect(clock.run(Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await clock.run(Promise.resolve(1))).toBe(1)
    expect(clock.now()).toBe(1000)
  })

  test('moves on to the next timer and what is due with it', async () => {
    const { clock, log, note } = setUp()
    clock.setTimer(note('a'), 10)
    clock.setTimer(note('b'), 10)
    clock.setTimer(note('c'), 30)
    expect(await clock.next()).toBe(true)
    expect([log, clock.now()]).toEqual([['10 a', '10 b'], 10])
    expect([await clock.next(), await clock.next()]).toEqual([true, false])
  })

  test('passes on what a timer throws, and goes on afterwards', async () => {
    const { clock, log, note } = setUp()
    clock.setTimer(() => {
      throw new Error('timer')
    }, 10)
    clock.setTimer(note('b'), 20)
    await expect(clock.advance(30)).rejects.toThrow('timer')
    await clock.advance(30)
    expect(log).toEqual(['20 b'])
  })

  test('fires many timers in one go', async () => {
    const { clock } = setUp()
    let fired = 0
    for (let i = 0; i < 5000; i += 1) clock.setTimer(() => (fired += 1), i)
    await clock.advance(5000)
    expect([fired, clock.pendingTimers]).toEqual([5000, 0])
  })
})

describe('ManualClock', () => {
  test('lets Node have its turn between two timers, unless it is told that promises suffice', async () => {
    const clock = new ManualClock()
    const log: string[] = []
    clock.setTimer(() => {
      process.nextTick(() => process.nextTick(() => log.push('tick')))
    }, 1)
    clock.setTimer(() => log.push('timer'), 2)
    await clock.advance(2)
    expect(log).toEqual(['tick', 'timer'])
  })

  test('names what is wrong with its options', () => {
    expect(() => new ManualClock({ between: 'nothing' as never })).toThrow(/ManualClock.between/)
  })
})
