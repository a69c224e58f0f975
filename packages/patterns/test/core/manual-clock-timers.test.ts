import { lateBy, ManualClock, seededRandom } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'

describe('ManualClock', () => {
  test('fires in the order of due times, those of one moment in the order in which they were set', async () => {
    const clock = new ManualClock()
    const fired: string[] = []
    for (const [name, delayMs] of [
      ['c', 30],
      ['a', 10],
      ['b1', 20],
      ['b2', 20],
    ] as const) {
      clock.setTimer(() => fired.push(`${name}@${clock.now()}`), delayMs)
    }
    await clock.advance(25)
    expect(fired).toEqual(['a@10', 'b1@20', 'b2@20'])
    expect(clock.now()).toBe(25)
    await clock.advance(5)
    expect(fired).toHaveLength(4)
    expect(clock.pendingTimers).toBe(0)
  })

  test('what is set on the way fires on the way, and promises settle in between', async () => {
    const clock = new ManualClock()
    const at: number[] = []
    const walk = async (): Promise<void> => {
      for (let step = 0; step < 3; step += 1) {
        await clock.sleep(10)
        at.push(clock.now())
      }
    }
    const walking = walk()
    await clock.advance(100)
    await walking
    expect(at).toEqual([10, 20, 30])
  })

  test('a cleared timer does not fire, and clearing twice or after firing does nothing', async () => {
    const clock = new ManualClock()
    const timer = clock.setTimer(() => expect.unreachable(), 10)
    const fires = clock.setTimer(() => undefined, 5)
    clock.clearTimer(timer)
    clock.clearTimer(timer)
    await clock.advance(20)
    clock.clearTimer(fires)
    expect(clock.pendingTimers).toBe(0)
  })

  test('many timers, cleared at random, still fire in order', async () => {
    const clock = new ManualClock()
    const random = seededRandom(3)
    const fired: number[] = []
    const timers = Array.from({ length: 500 }, () => {
      const dueAt = Math.floor(random() * 1_000)
      return { dueAt, handle: clock.setTimer(() => fired.push(dueAt), dueAt) }
    })
    const kept = timers.filter(({ handle }) => {
      const keep = random() < 0.5
      if (!keep) clock.clearTimer(handle)
      return keep
    })
    await clock.advance(1_000)
    expect(fired).toEqual(kept.map(({ dueAt }) => dueAt).sort((a, b) => a - b))
  })

  test('run goes on until the promise has settled, and says when nothing could settle it', async () => {
    const clock = new ManualClock()
    expect(await clock.run(clock.sleep(1e9).then(() => clock.now()))).toBe(1e9)
    await expect(clock.run(clock.sleep(5).then(() => Promise.reject(new Error('fault'))))).rejects.toThrow(
      'fault',
    )
    await expect(clock.run(new Promise(() => undefined))).rejects.toThrow('nothing is scheduled')
  })

  test('the wall clock jumps alone; a stall moves time and fires nothing until the next advance', async () => {
    const clock = new ManualClock({ startMs: 5, wallStartMs: 1_000 })
    expect([clock.now(), clock.wallNow()]).toEqual([5, 1_000])
    clock.jumpWall(-300)
    expect([clock.now(), clock.wallNow()]).toEqual([5, 700])
    let firedAt = -1
    clock.setTimer(() => {
      firedAt = clock.now()
    }, 10)
    clock.stall(50)
    expect(firedAt).toBe(-1)
    await clock.advance(0)
    expect(firedAt).toBe(55)
  })

  test('timers are late as told', async () => {
    const clock = new ManualClock({ latenessMs: lateBy(2, () => 0.5) })
    await clock.run(clock.sleep(10))
    expect(clock.now()).toBe(11)
  })

  test('next fires one timer', async () => {
    const clock = new ManualClock()
    const fired: number[] = []
    clock.setTimer(() => fired.push(1), 10)
    clock.setTimer(() => fired.push(2), 20)
    expect([await clock.next(), clock.now(), fired.length]).toEqual([true, 10, 1])
    expect([await clock.next(), await clock.next()]).toEqual([true, false])
  })
})
