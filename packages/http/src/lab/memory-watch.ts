import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { systemClock } from 'async-patterns'
import type { MemoryGrowth } from '../measurements/index.js'

const MEBIBYTE = 1024 ** 2
const SAMPLES = 5
/** Of the duration: where memory is read first. 10 s of 60. */
const EARLY = 1 / 6

/**
 * Reads the memory twice while a run goes on, both times under load. `done` resolves at the end of the
 * duration, or with null as soon as the signal is aborted or the watch is disposed.
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

/**
 * The resident set of this process in MiB without what is garbage already: the median of five readings, each
 * after a forced collection. It stalls the event loop for some ten milliseconds.
 */
function settledMemoryMb(): number {
  const collect = collector()
  const readings = Array.from({ length: SAMPLES }, () => {
    collect()
    return process.memoryUsage.rss() / MEBIBYTE
  })
  return readings.sort((a, b) => a - b)[Math.floor(SAMPLES / 2)] as number
}

/** There without `--expose-gc` on the command line: contexts that are made after the flag have it. */
function collector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}
