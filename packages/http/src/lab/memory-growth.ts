import { systemClock } from 'async-patterns'
import { settledMemoryMb } from './settled-memory.js'

/** What the resident set was after forced collections, early in a run and at its end. */
export interface MemoryGrowth {
  readonly earlyMb: number
  readonly earlyAtMs: number
  readonly lateMb: number
  readonly lateAtMs: number
}

/** Of the duration: where memory is read first. 10 s of 60. */
const EARLY = 1 / 6

/**
 * Reads the memory twice while a run goes on, both times under load. `done` resolves at the end of the duration, or with
 * null as soon as the signal is aborted or the watch is disposed.
 */
export class MemoryWatch implements Disposable {
  readonly done: Promise<MemoryGrowth | null>
  readonly #disposed = new AbortController()

  constructor(durationMs: number, signal: AbortSignal | undefined) {
    const signals = [this.#disposed.signal, ...(signal === undefined ? [] : [signal])]
    this.done = watch(durationMs, AbortSignal.any(signals))
  }

  [Symbol.dispose](): void {
    this.#disposed.abort()
  }
}

async function watch(durationMs: number, signal: AbortSignal): Promise<MemoryGrowth | null> {
  const startedAt = systemClock.now()
  const until = (at: number) => systemClock.sleep(Math.max(0, startedAt + at - systemClock.now()), { signal })
  try {
    await until(durationMs * EARLY)
    const early = { earlyMb: settledMemoryMb(), earlyAtMs: systemClock.now() - startedAt }
    await until(durationMs)
    return { ...early, lateMb: settledMemoryMb(), lateAtMs: systemClock.now() - startedAt }
  } catch (error) {
    if (signal.aborted) return null
    throw error
  }
}
