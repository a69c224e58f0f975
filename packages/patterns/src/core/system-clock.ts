import { platform } from '#platform'
import type { Clock, TimerHandle } from './clock.js'
import type { Within } from './policy.js'
import { sleepOn } from './sleep.js'

/** The runtime's timers hold 31 bits; a longer delay would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Read once: in Node the global is a getter, which costs as much as reading the time itself. */
const { performance } = globalThis

/** A delay beyond one timer's range: it is set again until the whole delay has passed. */
interface LongTimer {
  current: ReturnType<typeof setTimeout>
}

function setLongTimer(callback: () => void, delayMs: number): LongTimer {
  const timer: LongTimer = { current: setTimeout(next, LONGEST_TIMER_MS) }
  let leftMs = delayMs
  function next(): void {
    leftMs -= LONGEST_TIMER_MS
    if (leftMs <= 0) callback()
    else timer.current = setTimeout(next, Math.min(leftMs, LONGEST_TIMER_MS))
  }
  return timer
}

class SystemClock implements Clock {
  now(): number {
    return performance.now()
  }

  wallNow(): number {
    return Date.now()
  }

  setTimer(callback: () => void, delayMs: number): TimerHandle {
    return delayMs > LONGEST_TIMER_MS ? setLongTimer(callback, delayMs) : setTimeout(callback, delayMs)
  }

  clearTimer(timer: TimerHandle): void {
    const native = typeof timer === 'object' && 'current' in timer ? (timer as LongTimer).current : timer
    clearTimeout(native as ReturnType<typeof setTimeout>)
  }

  endOfTurn(callback: () => void): void {
    platform.endOfTurn(callback)
  }

  sleep(delayMs: number, within?: Within): Promise<void> {
    return sleepOn(this, delayMs, within)
  }
}

/**
 * Calls back at the end of this turn of the event loop, when all promises have settled that can before it.
 * A turn is no time, so it is the runtime's whatever the clock.
 */
export function atEndOfTurn(callback: () => void): void {
  queueMicrotask(() => platform.endOfTurn(callback))
}

/** The clock of the runtime: `performance.now`, `Date.now`, `setTimeout`. The default everywhere. */
export const systemClock: Clock = new SystemClock()
