import { RetryPolicy } from 'async-patterns'
import type { RetryOptions } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'
import { afterEach, beforeEach, expect } from 'vitest'

/** An operation that fails a number of times; it notes when each attempt began. */
export function failing(clock: ManualClock, failures: number, error: unknown = new Error('fault')) {
  const startedAt: number[] = []
  const operation = async (): Promise<string> => {
    startedAt.push(clock.now())
    if (startedAt.length <= failures) throw error
    return 'value'
  }
  return { operation, startedAt }
}

export function rig(config?: RetryOptions) {
  const clock = new ManualClock()
  return { clock, retry: new RetryPolicy({ clock, jitter: 'none', baseDelayMs: 500, ...config }) }
}

/** Fails each test of the file that leaves a rejection unhandled. */
export function expectNothingUnhandled(): void {
  const unhandled: unknown[] = []
  const note = (error: unknown): void => void unhandled.push(error)
  beforeEach(() => void process.on('unhandledRejection', note))
  afterEach(() => {
    process.off('unhandledRejection', note)
    expect(unhandled.splice(0)).toEqual([])
  })
}
