import type { BreakerUnderTest, ConformanceTime } from './adapter.js'
import { caseOf, expectThat, Held, settled, stateOf, unheeded } from './case.js'

const OPEN_MS = 60
const down = () => Promise.reject(new Error('down'))

async function fail(breaker: BreakerUnderTest, times: number): Promise<void> {
  for (let call = 0; call < times; call += 1) await unheeded(breaker.run(down))
}

/** Whether a healthy call is let in now. */
async function letsIn(breaker: BreakerUnderTest): Promise<boolean> {
  let ran = false
  await unheeded(
    breaker.run(() => {
      ran = true
    }),
  )
  return ran
}

/** Opens it, and lets the open state's time pass. */
async function toHalfOpen(breaker: BreakerUnderTest, time: ConformanceTime, failures: number): Promise<void> {
  await fail(breaker, failures)
  expectThat(!(await letsIn(breaker)), 'it did not open')
  await time.pass(OPEN_MS * 1.5)
}

export const BREAKER_CASES = [
  caseOf(
    'P-B1',
    'half-open stampede: of 100 calls one is let in',
    ['breaker'],
    async ({ breaker: make, time }) => {
      const breaker = make({ failures: 3, openMs: OPEN_MS })
      await toHalfOpen(breaker, time, 3)
      const held = new Held()
      const calls = Array.from({ length: 100 }, () => unheeded(breaker.run(held.task)))
      await settled()
      const { runs } = held
      held.end()
      await settled()
      held.end()
      await Promise.all(calls)
      expectThat(runs === 1, `${runs} were let in`)
      return undefined
    },
  ),

  caseOf(
    'P-B2',
    'the call that begins half-open is the probe',
    ['breaker'],
    async ({ breaker: make, time }) => {
      const breaker = make({ failures: 3, openMs: OPEN_MS })
      await toHalfOpen(breaker, time, 3)
      const probe = new Held()
      const first = breaker.run(probe.task)
      await settled()
      expectThat(probe.runs === 1, 'the first call after the open state was not let in')
      const second = unheeded(breaker.run(probe.task))
      await settled()
      expectThat(probe.runs === 1, 'a second one was let in beside the probe')
      probe.end()
      await first
      await settled()
      probe.end() // a library may have let the second one wait for the probe
      await second
      expectThat(await letsIn(breaker), 'it did not close after the probe had succeeded')
      return undefined
    },
  ),

  caseOf(
    'P-B3',
    'a probe that never settles does not block it forever',
    ['breaker'],
    async ({ breaker: make, time }) => {
      const breaker = make({ failures: 3, openMs: OPEN_MS, probeMaxMs: 100 })
      await toHalfOpen(breaker, time, 3)
      const stuck = new Held()
      void unheeded(breaker.run(stuck.task))
      let recovered = false
      for (let round = 0; round < 6 && !recovered; round += 1) {
        await time.pass(100)
        recovered = await Promise.race([letsIn(breaker), time.pass(50).then(() => false)])
      }
      stuck.end()
      expectThat(recovered, 'after six times the longest wait it still lets nobody in')
      return undefined
    },
  ),

  caseOf(
    'P-B3',
    'a probe whose caller aborts does not block it',
    ['breaker'],
    async ({ breaker: make, time }) => {
      const breaker = make({ failures: 3, openMs: OPEN_MS })
      if (breaker.abortable !== true) return 'n/a'
      await toHalfOpen(breaker, time, 3)
      const controller = new AbortController()
      const heeding = () =>
        new Promise((_, reject) => {
          controller.signal.addEventListener('abort', () => reject(controller.signal.reason))
        })
      const probe = unheeded(breaker.run(heeding, controller.signal))
      await settled()
      controller.abort(new Error('given up'))
      await probe
      await time.pass(OPEN_MS * 1.5)
      expectThat(await letsIn(breaker), 'it lets nobody in any more')
      return undefined
    },
  ),

  caseOf(
    'P-B4',
    'a late failure from before an outage does not reopen it',
    ['breaker'],
    async ({ breaker: make, time }) => {
      const breaker = make({ failures: 1, openMs: OPEN_MS })
      const late = new Held()
      const call = unheeded(breaker.run(late.task))
      await toHalfOpen(breaker, time, 1)
      expectThat(await letsIn(breaker), 'it did not recover')
      late.end(new Error('down'))
      await call
      expectThat(await letsIn(breaker), 'it opened by a call that began before the outage')
      return undefined
    },
  ),

  caseOf(
    'P-B4',
    'a late success from before an outage does not close it',
    ['breaker'],
    async ({ breaker: make }) => {
      const breaker = make({ failures: 1, openMs: 60_000 })
      const late = new Held()
      const call = unheeded(breaker.run(late.task))
      await fail(breaker, 1)
      late.end()
      await call
      expectThat(!(await letsIn(breaker)), 'it closed by a call that began before the outage')
      return undefined
    },
  ),

  caseOf('P-B5', 'many failures in one tick open it once', ['breaker'], async ({ breaker: make }) => {
    const breaker = make({ failures: 5, openMs: 60_000 })
    if (breaker.openings === undefined) return 'n/a'
    await Promise.all(Array.from({ length: 50 }, () => unheeded(breaker.run(down))))
    await settled()
    const openings = breaker.openings()
    expectThat(openings === 1, `it opened ${openings} times`)
    return undefined
  }),

  caseOf(
    'P-B6',
    'an idle gap longer than the window forgets old failures',
    ['breaker'],
    async ({ breaker: make, time }) => {
      const breaker = make({ rate: { windowMs: 300, minimumCalls: 4 }, openMs: 60_000 })
      await fail(breaker, 3)
      await time.pass(700)
      await fail(breaker, 1)
      expectThat(await letsIn(breaker), 'one failure opened it together with those of long ago')
      return undefined
    },
  ),

  caseOf('P-B7', 'a first failing call alone does not open it', ['breaker'], async ({ breaker: make }) => {
    const breaker = make({ rate: { windowMs: 10_000, minimumCalls: 5 }, openMs: 60_000 })
    await fail(breaker, 1)
    expectThat(await letsIn(breaker), 'one call of which one failed opened it')
    return undefined
  }),

  caseOf(
    'P-B8',
    'an ignored error is neither success nor failure to a probe',
    ['breaker', 'breakerIgnores'],
    async ({ breaker: make, time }) => {
      const ignore = (error: unknown) => error instanceof Error && error.message === 'not found'
      const breaker = make({ failures: 2, openMs: OPEN_MS, ignore })
      await toHalfOpen(breaker, time, 2)
      await unheeded(breaker.run(() => Promise.reject(new Error('not found'))))
      const probe = new Held()
      const call = unheeded(breaker.run(probe.task))
      await settled()
      const wasLetIn = probe.runs === 1
      probe.end(new Error('down'))
      await call
      expectThat(wasLetIn, 'it held the place of the probe, or opened')
      expectThat(!(await letsIn(breaker)), 'it closed: one failure did not reopen it')
      return undefined
    },
  ),

  caseOf(
    'P-B10',
    'a retry around an open breaker does not burn its attempts',
    ['breaker', 'retry'],
    async ({ breaker: make, retry, time }) => {
      const breaker = make({ failures: 1, openMs: 60_000 })
      await fail(breaker, 1)
      let tries = 0
      const call = retry({ attempts: 4, delayMs: 5 }).run(() => {
        tries += 1
        return breaker.run(() => undefined)
      })
      const state = stateOf(call)
      await time.pass(80)
      await state
      expectThat(tries === 1, `${tries} attempts were spent while nothing was sent`)
      return undefined
    },
  ),
]
