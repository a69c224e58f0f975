import type { Arrivals } from './arrivals.js'
import { Fifo } from './fifo.js'
import type { Lane } from './lane.js'
import type { Pace, PaceLimits, Sender } from './pace.js'
import { PreciseTimer } from './precise-timer.js'

export interface OpenLoopOptions extends PaceLimits {
  /** A request that waits longer for a connection is given up. */
  readonly timeoutMs: number
}

/** The class of requests that got no free connection in time. */
export const NO_CONNECTION = 'NO_CONNECTION'

const LATE_MS = 1
/** Arrivals closer together than this share a wake-up: at most 4,000 of them a second. */
const SHORTEST_WAIT_MS = 0.25

/**
 * Requests fall due by a schedule; one that finds no lane ready waits for one, and its response time runs.
 */
export class OpenLoop implements Pace {
  lateSends = 0
  readonly #options: OpenLoopOptions
  readonly #arrivals: Arrivals
  readonly #sender: Sender
  readonly #timer: PreciseTimer
  readonly #lanes = new Fifo<Lane>()
  /** When those that wait for a lane were due. */
  readonly #waiting = new Fifo<number>()
  #from = Infinity
  #measuredFrom = Infinity
  #until = Infinity
  #left: number
  /** Why there is no connection at all; undefined while there is one, or one may come. */
  #downCode: string | undefined = undefined
  #lastDueAt = -Infinity

  constructor(options: OpenLoopOptions, arrivals: Arrivals, sender: Sender) {
    this.#options = options
    this.#arrivals = arrivals
    this.#sender = sender
    this.#left = options.requests
    this.#timer = new PreciseTimer(() => this.onTick(performance.now()))
  }

  /** Resolves when it can keep time. */
  ready(): Promise<void> {
    return this.#timer.ready()
  }

  initial(lanes: readonly Lane[]): readonly Lane[] {
    return lanes
  }

  begin(lanes: readonly Lane[], from: number, measuredFrom: number): void {
    this.#from = from
    this.#measuredFrom = measuredFrom
    this.#until = measuredFrom + this.#options.durationMs
    for (const lane of lanes) {
      if (lane.state === 'ready') this.onFree(lane, from)
      else this.#sender.open(lane, from)
    }
    this.onTick(performance.now())
  }

  onFree(lane: Lane, now: number): void {
    this.#downCode = undefined
    const intendedAt = this.#waiting.shift()
    if (intendedAt !== undefined) this.#sender.send(lane, intendedAt, now)
    else if (!lane.isQueued) {
      lane.isQueued = true
      this.#lanes.push(lane)
    }
  }

  /** A connection that could not be made fails one of those that wait for it. */
  onNoConnection(code: string, now: number): void {
    const intendedAt = this.#waiting.shift()
    if (intendedAt !== undefined) this.#sender.giveUp(code, intendedAt, now)
  }

  /** Nobody is there: what falls due fails at once, until a connection can be made. */
  onAllDown(code: string, now: number): void {
    this.#downCode = code
    this.giveUpWaiting(code, now)
  }

  giveUpWaiting(code: string, now: number): void {
    for (let at = this.#waiting.shift(); at !== undefined; at = this.#waiting.shift()) {
      this.#sender.giveUp(code, at, now)
    }
  }

  get endsAt(): number {
    if (this.#nextDueAt() < Infinity) return Infinity
    return this.#left > 0 ? this.#until : this.#lastDueAt
  }

  onTick(now: number): void {
    while (this.#nextDueAt() <= now) this.#fallDue(now)
    this.#giveUpLate(now)
    const dueAt = this.#nextDueAt()
    if (dueAt < Infinity) this.#timer.set(Math.max(SHORTEST_WAIT_MS, dueAt - performance.now()))
  }

  isOver(): boolean {
    return this.#nextDueAt() === Infinity && this.#waiting.length === 0
  }

  stop(): void {
    this.#left = 0
    while (this.#waiting.shift() !== undefined);
  }

  close(): void {
    void this.#timer.close()
  }

  #nextDueAt(): number {
    const dueAt = this.#from + this.#arrivals.nextAt
    return dueAt < this.#until && this.#left > 0 ? dueAt : Infinity
  }

  #fallDue(now: number): void {
    const intendedAt = this.#from + this.#arrivals.nextAt
    this.#arrivals.advance()
    this.#lastDueAt = intendedAt
    if (intendedAt >= this.#measuredFrom) {
      this.#left -= 1
      if (now - intendedAt > LATE_MS) this.lateSends += 1
    }
    const lane = this.#takeLane()
    if (lane !== undefined) this.#sender.send(lane, intendedAt, now)
    else if (this.#downCode === undefined) this.#waiting.push(intendedAt)
    else this.#sender.giveUp(this.#downCode, intendedAt, now)
  }

  /** A lane in the line may have lost its connection. */
  #takeLane(): Lane | undefined {
    for (let lane = this.#lanes.shift(); lane !== undefined; lane = this.#lanes.shift()) {
      lane.isQueued = false
      if (lane.state === 'ready') return lane
    }
    return undefined
  }

  #giveUpLate(now: number): void {
    for (let at = this.#waiting.peek(); at !== undefined; at = this.#waiting.peek()) {
      if (now - at < this.#options.timeoutMs) return
      this.#waiting.shift()
      this.#sender.giveUp(NO_CONNECTION, at, now)
    }
  }
}
