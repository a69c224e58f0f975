import type { Lane } from './lane.js'

/** What a pace does with its decisions. */
export interface Sender {
  /** The lane is down. */
  open(lane: Lane, now: number): void
  /** The lane is ready. */
  send(lane: Lane, intendedAt: number, now: number): void
  /** A request that fell due got no connection. */
  giveUp(code: string, intendedAt: number, now: number): void
}

/** When requests are sent: closed loop or open loop. Times are those of one clock. */
export interface Pace {
  /** Arrivals that were noticed more than a millisecond late, for the generator was busy. */
  readonly lateSends: number
  /** Those that are to have connections before it begins. */
  initial(lanes: readonly Lane[]): readonly Lane[]
  /** `from`: where the ramp and the warm-up begin. `measuredFrom`: where the warm-up ends. */
  begin(lanes: readonly Lane[], from: number, measuredFrom: number): void
  /** The lane is ready: it gets a request, now or when there is one. */
  onFree(lane: Lane, now: number): void
  /** The lane got no connection. */
  onNoConnection(code: string, now: number): void
  /** A connection could not be made, and there is none at all. */
  onAllDown(code: string, now: number): void
  /** What has fallen due and still waits is given up. */
  giveUpWaiting(code: string, now: number): void
  /** Called every few milliseconds. */
  onTick(now: number): void
  /** When the last request falls due; Infinity while that is not known. */
  readonly endsAt: number
  /** Whether no request will follow. */
  isOver(now: number): boolean
  /** No request follows. */
  stop(): void
  close(): void
}

/** When a pace ends, whichever comes first. */
export interface PaceLimits {
  /** From `measuredFrom` on; Infinity: no limit. */
  readonly durationMs: number
  /** From `measuredFrom` on; Infinity: no limit. */
  readonly requests: number
}
