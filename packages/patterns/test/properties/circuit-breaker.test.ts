import type { BreakerCall, BreakerTransitionEvent, CircuitBreakerOptions } from 'async-patterns'
import { BreakerOpenError, CircuitBreaker } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'

const WAYS = new Set([
  'closed > open: failure-count',
  'closed > open: error-rate',
  'closed > open: latency',
  'closed > open: slow-call-rate',
  'open > half-open: open-elapsed',
  'half-open > open: probe-failed',
  'half-open > open: probe-overdue',
  'half-open > closed: probes-succeeded',
])

type Step =
  | { readonly do: 'begin' }
  | { readonly do: 'end'; readonly which: number; readonly how: 'succeed' | 'fail' | 'ignore' }
  | { readonly do: 'wait'; readonly ms: number }

const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constant<Step>({ do: 'begin' }) },
    {
      weight: 4,
      arbitrary: fc.record<Step & { do: 'end' }>({
        do: fc.constant('end'),
        which: fc.nat(20),
        how: fc.constantFrom('succeed', 'fail', 'ignore'),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record<Step & { do: 'wait' }>({
        do: fc.constant('wait'),
        ms: fc.constantFrom(1, 50, 99, 100, 250, 1_000, 1_001),
      }),
    },
  ),
  { maxLength: 200 },
)

const options = fc
  .record({
    window: fc.constantFrom('time' as const, 'count' as const, 'consecutive' as const),
    failureThreshold: fc.integer({ min: 1, max: 4 }),
    halfOpenMaxCalls: fc.integer({ min: 1, max: 4 }),
    probes: fc.nat(3),
    successes: fc.nat(3),
  })
  .map(({ probes, successes, ...rest }): CircuitBreakerOptions & { halfOpenMaxCalls: number } => ({
    ...rest,
    probeCount: 1 + (probes % rest.halfOpenMaxCalls),
    successThreshold: 1 + (successes % rest.halfOpenMaxCalls),
    minimumCalls: 3,
    windowMs: 1_000,
    openStateDurationMs: 100,
    halfOpenMaxWaitMs: 250,
    baselineLatencyMs: 50,
  }))

/** Drives a breaker, and keeps the books that it must agree with. */
class Driver {
  readonly clock = new ManualClock()
  readonly breaker: CircuitBreaker
  readonly transitions: BreakerTransitionEvent[] = []
  readonly calls: { readonly call: BreakerCall; readonly generation: number }[] = []
  begun = 0
  rejected = 0
  settled = 0

  constructor(chosen: CircuitBreakerOptions) {
    this.breaker = new CircuitBreaker({ ...chosen, clock: this.clock })
    this.breaker.subscribe(event => {
      if (event.type === 'transition') this.transitions.push(event)
    })
  }

  async take(step: Step): Promise<void> {
    if (step.do === 'wait') this.clock.stall(step.ms)
    else if (step.do === 'begin') this.begin()
    else this.end(step.which, step.how)
  }

  begin(): void {
    const before = this.breaker.state
    try {
      const call = this.breaker.acquire()
      this.begun += 1
      expect(before).not.toBe('open')
      this.calls.push({ call, generation: this.transitions.length })
    } catch (error) {
      expect(error).toBeInstanceOf(BreakerOpenError)
      expect((error as BreakerOpenError).retryAfterMs).toBeGreaterThan(0)
      expect(before).not.toBe('closed')
      this.rejected += 1
    }
  }

  end(which: number, how: 'succeed' | 'fail' | 'ignore'): void {
    const [taken] = this.calls.splice(which % Math.max(1, this.calls.length), 1)
    if (taken === undefined) return
    this.breaker.metrics()
    const generation = this.transitions.length
    taken.call[how]()
    this.settled += 1
    if (taken.generation !== generation || how === 'ignore') {
      expect(this.transitions, 'a result of an older generation moves nothing').toHaveLength(generation)
    }
  }
}

test('a breaker takes only the ways that exist, one after the other, and its books agree', async () => {
  await fc.assert(
    fc.asyncProperty(options, steps, async (chosen, list) => {
      const driver = new Driver(chosen)
      for (const step of list) {
        await driver.take(step)
        const { state, pending, calls, failures, slowCalls, totals } = driver.breaker.metrics()
        expect(pending).toBe(driver.calls.length)
        expect(failures).toBeLessThanOrEqual(calls)
        expect(slowCalls).toBeLessThanOrEqual(calls)
        expect(Math.min(calls, failures, slowCalls)).toBeGreaterThanOrEqual(0)
        expect(totals.succeeded + totals.failed + totals.ignored).toBe(driver.settled)
        expect(totals.rejected).toBe(driver.rejected)
        if (state === 'closed' && chosen.failureThreshold !== false) {
          expect(failures).toBeLessThan(chosen.failureThreshold as number)
        }
      }
      let state = 'closed'
      for (const { from, to, cause } of driver.transitions) {
        expect(from).toBe(state)
        expect(WAYS).toContain(`${from} > ${to}: ${cause}`)
        state = to
      }
    }),
    { numRuns: 300 },
  )
})

test('half-open never holds more than probeCount at once, nor admits more than halfOpenMaxCalls', async () => {
  await fc.assert(
    fc.asyncProperty(options, steps, async (chosen, list) => {
      const driver = new Driver(chosen)
      for (const step of list) {
        await driver.take(step)
        if (driver.transitions.at(-1)?.to !== 'half-open') continue
        const generation = driver.transitions.length
        const out = driver.calls.filter(call => call.generation === generation).length
        expect(out).toBeLessThanOrEqual(chosen.probeCount ?? 1)
        const { calls } = driver.breaker.metrics()
        if (driver.transitions.length === generation) {
          expect(out + calls).toBeLessThanOrEqual(chosen.halfOpenMaxCalls)
        }
      }
    }),
    { numRuns: 300 },
  )
})

test('after everything has settled, successes alone always close it again', async () => {
  await fc.assert(
    fc.asyncProperty(options, steps, async (chosen, list) => {
      const driver = new Driver(chosen)
      for (const step of list) await driver.take(step)
      while (driver.calls.length > 0) driver.end(0, 'ignore')
      driver.clock.stall(10_000)
      for (let call = 0; call < chosen.halfOpenMaxCalls; call++) await driver.breaker.execute(() => 'fine')
      expect(driver.breaker.state).toBe('closed')
    }),
    { numRuns: 200 },
  )
})
