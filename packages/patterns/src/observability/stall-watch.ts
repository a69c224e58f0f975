import type { Clock, TimerHandle } from '../core/index.js'

interface Stall {
  readonly endedAt: number
  readonly ms: number
}

const BEAT_MS = 20

/** Sees for how long the event loop stood still lately: a timer that beats, and how late each beat was. */
export class StallWatch {
  readonly #clock: Clock
  readonly #memoryMs: number
  #stalls: Stall[] = []
  #timer: TimerHandle | undefined
  #nextBeatAt = Infinity

  /** Stalls are remembered for `memoryMs`. */
  constructor(clock: Clock, memoryMs: number) {
    this.#clock = clock
    this.#memoryMs = memoryMs
  }

  start(): void {
    this.#nextBeatAt = this.#clock.now() + BEAT_MS
    this.#timer = setUnrefTimer(this.#clock, () => this.#beat(), BEAT_MS)
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer)
    this.#timer = undefined
    this.#nextBeatAt = Infinity
    this.#stalls = []
  }

  /** All stalls that ended within the memory, and the one that goes on: then the next beat is overdue. */
  stalledMs(): number {
    const now = this.#clock.now()
    this.#forget(now)
    const past = this.#stalls.reduce((sum, { ms }) => sum + ms, 0)
    return past + stallOf(now - this.#nextBeatAt)
  }

  #beat(): void {
    const now = this.#clock.now()
    const ms = stallOf(now - this.#nextBeatAt)
    if (ms > 0) this.#stalls.push({ endedAt: now, ms })
    this.#forget(now)
    this.start()
  }

  #forget(now: number): void {
    while ((this.#stalls[0]?.endedAt ?? Infinity) <= now - this.#memoryMs) this.#stalls.shift()
  }
}

/** A beat that is late by less than its own length is a timer's usual lateness, not a stall. */
function stallOf(lateMs: number): number {
  return lateMs >= BEAT_MS ? lateMs : 0
}

/** A timer that does not keep the process alive, where the clock's timers can do that. */
export function setUnrefTimer(clock: Clock, callback: () => void, delayMs: number): TimerHandle {
  const timer = clock.setTimer(callback, delayMs)
  ;(timer as { unref?: () => void }).unref?.()
  return timer
}
