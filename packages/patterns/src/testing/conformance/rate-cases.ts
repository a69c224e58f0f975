import { caseOf, expectThat, settled, unheeded } from './case.js'

const WINDOW_MS = 300
const MAX_REQUESTS = 5
/** Timers and clocks of the runtime are off by so much. */
const RESOLUTION_MS = 3

/** The most departures in any window of this length. */
function mostInAnyWindow(departures: readonly number[], windowMs: number): number {
  return Math.max(
    0,
    ...departures.map(start => departures.filter(at => at >= start && at < start + windowMs).length),
  )
}

export const RATE_CASES = [
  caseOf(
    'P-L2',
    'no double burst at the edge of a window',
    ['rateLimiter'],
    async ({ rateLimiter, time }) => {
      const limiter = rateLimiter({ maxRequests: MAX_REQUESTS, windowMs: WINDOW_MS })
      const departures: number[] = []
      const depart = () => departures.push(time.now())
      const calls = [limiter.run(depart)]
      await settled()
      await time.pass(WINDOW_MS * 0.85)
      for (let call = 0; call < MAX_REQUESTS * 3; call += 1) calls.push(limiter.run(depart))
      await settled()
      await time.pass(WINDOW_MS * 4)
      await Promise.all(calls)
      const most = mostInAnyWindow(departures, WINDOW_MS - RESOLUTION_MS)
      expectThat(most <= MAX_REQUESTS, `${most} within ${WINDOW_MS} ms, allowed were ${MAX_REQUESTS}`)
      return undefined
    },
  ),

  caseOf('P-L1', 'the wall clock jumps: nothing changes', ['rateLimiter'], async ({ rateLimiter, time }) => {
    const { now } = Date
    try {
      for (const jumpMs of [3_600_000, -3_600_000]) {
        Date.now = now
        const limiter = rateLimiter({ maxRequests: MAX_REQUESTS, windowMs: WINDOW_MS })
        const departures: number[] = []
        const depart = () => departures.push(time.now())
        const calls = Array.from({ length: MAX_REQUESTS }, () => unheeded(limiter.run(depart)))
        await settled()
        Date.now = () => now() + jumpMs
        for (let call = 0; call < MAX_REQUESTS; call += 1) calls.push(unheeded(limiter.run(depart)))
        await settled()
        await time.pass(WINDOW_MS * 3)
        const most = mostInAnyWindow(departures, WINDOW_MS - RESOLUTION_MS)
        expectThat(most <= MAX_REQUESTS, `${most} within ${WINDOW_MS} ms after a jump forward`)
        expectThat(departures.length === calls.length, 'after a jump back it let nobody go')
      }
    } finally {
      Date.now = now
    }
    return undefined
  }),
]
