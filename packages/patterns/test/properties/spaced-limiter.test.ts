import { SpacedLimiter, seededRandom } from 'async-patterns'
import { lateBy, ManualClock } from 'async-patterns/testing'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { worstWindow } from '../patterns/rate-limiter/worst-window.js'

interface Scene {
  readonly maxRequests: number
  readonly windowMs: number
  readonly latenessMs: number
  readonly sendDelayMs: number
  /** Shares of callers that cancel after the grant, and that give up while waiting. */
  readonly cancelled: number
  readonly aborted: number
  readonly callers: number
  readonly calls: number
  readonly seed: number
}

/** Plays a scene and returns the moments at which something really departed. */
async function play(scene: Scene) {
  const random = seededRandom(scene.seed)
  const clock = new ManualClock({ latenessMs: lateBy(scene.latenessMs, random) })
  const limiter = new SpacedLimiter({ maxRequests: scene.maxRequests, windowMs: scene.windowMs, clock })
  const departures: number[] = []
  let left = scene.calls

  async function call(): Promise<void> {
    const controller = new AbortController()
    const patience = scene.aborted > random() ? random() * scene.windowMs : Infinity
    if (patience !== Infinity) void clock.sleep(patience).then(() => controller.abort())
    const departure = await limiter
      .acquireDeparture(undefined, { signal: controller.signal })
      .catch(() => undefined)
    if (departure === undefined) return
    const delayMs = random() * scene.sendDelayMs
    if (delayMs > 0) await clock.sleep(delayMs)
    if (scene.cancelled > random()) return departure.cancel()
    departures.push(clock.now())
    if (random() < 0.5) departure.sent()
    else await reportLater(departure.sent.bind(departure))
  }

  /** A report may come after the fact, with its moment. */
  async function reportLater(sent: (at: number) => void): Promise<void> {
    const at = clock.now()
    if (scene.sendDelayMs > 0) await clock.sleep(random() * 2)
    sent(at)
  }

  async function caller(): Promise<void> {
    while (left > 0) {
      left -= 1
      await call()
    }
  }
  await clock.run(Promise.all(Array.from({ length: scene.callers }, caller)))
  await clock.advance(scene.windowMs * 2)
  return { clock, limiter, departures }
}

const scenes: fc.Arbitrary<Scene> = fc.record({
  maxRequests: fc.integer({ min: 1, max: 12 }),
  windowMs: fc.constantFrom(37, 250, 1000),
  latenessMs: fc.constantFrom(0, 2),
  sendDelayMs: fc.constantFrom(0, 5, 300, 3000),
  cancelled: fc.constantFrom(0, 0.3),
  aborted: fc.constantFrom(0, 0.4),
  callers: fc.integer({ min: 1, max: 15 }),
  calls: fc.integer({ min: 1, max: 80 }),
  seed: fc.nat(),
})

describe('P-L2 SpacedLimiter', () => {
  test('P-L2 in any window at most the stated number really depart, whatever the delays, cancels and aborts', async () => {
    await fc.assert(
      fc.asyncProperty(scenes, async scene => {
        const { clock, limiter, departures } = await play(scene)
        expect(worstWindow(departures, scene.windowMs)).toBeLessThanOrEqual(scene.maxRequests)
        expect(limiter.metrics().waiting).toBe(0)
        expect(limiter.idle).toBe(true)
        expect(clock.pendingTimers).toBe(0)
      }),
      { numRuns: 150 },
    )
  })

  test('P-L6 departures that are only a little late waste less than 1 % of the rate', async () => {
    for (const maxRequests of [5, 100]) {
      const scene = {
        maxRequests,
        windowMs: 1000,
        latenessMs: 2,
        sendDelayMs: 3,
        cancelled: 0,
        aborted: 0,
        callers: maxRequests,
        calls: maxRequests * 40,
        seed: maxRequests,
      }
      const { departures } = await play(scene)
      const span = Math.max(...departures) - Math.min(...departures)
      expect(((departures.length - 1) * 1000) / span).toBeGreaterThanOrEqual(maxRequests * 0.99)
      expect(worstWindow(departures, 1000)).toBeLessThanOrEqual(maxRequests)
    }
  })
})
