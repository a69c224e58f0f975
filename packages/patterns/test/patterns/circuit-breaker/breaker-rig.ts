import type { BreakerTransitionEvent, CircuitBreakerOptions } from 'async-patterns'
import { BreakerOpenError, CircuitBreaker } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'

/** A call whose end is in the test's hands. */
export interface HeldCall {
  readonly result: Promise<'ran' | 'failed' | 'rejected'>
  end(outcome?: { error?: unknown }): Promise<void>
}

/** A breaker under a manual clock, with all its transitions. */
export class BreakerRig {
  readonly clock = new ManualClock({ startMs: 1_000_000 })
  readonly transitions: BreakerTransitionEvent[] = []
  readonly breaker: CircuitBreaker
  runs = 0

  constructor(options?: CircuitBreakerOptions) {
    this.breaker = new CircuitBreaker({ clock: this.clock, ...options })
    this.breaker.subscribe(event => {
      if (event.type === 'transition') this.transitions.push(event)
    })
  }

  get path(): string[] {
    return this.transitions.map(({ from, to, cause }) => `${from} > ${to}: ${cause}`)
  }

  async succeed(times = 1): Promise<void> {
    for (let call = 0; call < times; call++) await this.breaker.execute(() => Promise.resolve('fine'))
  }

  async fail(times = 1, error: unknown = new Error('down')): Promise<void> {
    for (let call = 0; call < times; call++) {
      await this.breaker.execute(() => Promise.reject(error)).catch(() => undefined)
    }
  }

  /** A call that succeeds after `ms`. */
  async take(ms: number): Promise<void> {
    await this.clock.run(this.breaker.execute(() => this.clock.sleep(ms)))
  }

  hold(signal?: AbortSignal): HeldCall {
    let settle: (outcome: { error?: unknown }) => void = () => undefined
    const operation = () =>
      new Promise<string>((resolve, reject) => {
        this.runs += 1
        settle = outcome => ('error' in outcome ? reject(outcome.error) : resolve('fine'))
      })
    const result = this.breaker.execute(operation, signal === undefined ? undefined : { signal }).then(
      () => 'ran' as const,
      error => (error instanceof BreakerOpenError ? ('rejected' as const) : ('failed' as const)),
    )
    return {
      result,
      end: async (outcome = {}) => {
        settle(outcome)
        await result
      },
    }
  }

  /** Opens it by failures, and lets the open state's time pass. */
  async toHalfOpen(): Promise<void> {
    await this.fail(10)
    await this.clock.advance(60_000)
  }
}
