import type { Lane } from './lane.js'
import type { Pace, PaceLimits, Sender } from './pace.js'

export interface ClosedLoopOptions extends PaceLimits {
  /** Lanes join one after the other over so long. */
  readonly rampMs: number
}

/** Each lane sends its next request when the response to the last has come: nothing is ever late. */
export class ClosedLoop implements Pace {
  readonly lateSends = 0
  readonly #options: ClosedLoopOptions
  readonly #sender: Sender
  readonly #joining = new Set<ReturnType<typeof setTimeout>>()
  #measuredFrom = Infinity
  #until = Infinity
  #left: number

  constructor(options: ClosedLoopOptions, sender: Sender) {
    this.#options = options
    this.#sender = sender
    this.#left = options.requests
  }

  initial(lanes: readonly Lane[]): readonly Lane[] {
    return this.#options.rampMs > 0 ? lanes.slice(0, 1) : lanes
  }

  begin(lanes: readonly Lane[], from: number, measuredFrom: number): void {
    this.#measuredFrom = measuredFrom
    this.#until = measuredFrom + this.#options.durationMs
    lanes.forEach((lane, at) => this.#join(lane, (at * this.#options.rampMs) / lanes.length, from))
  }

  onFree(lane: Lane, now: number): void {
    if (this.#take(now)) this.#sender.send(lane, now, now)
  }

  onNoConnection(code: string, now: number): void {
    if (this.#take(now)) this.#sender.giveUp(code, now, now)
  }

  onAllDown(): void {}

  giveUpWaiting(): void {}

  onTick(): void {}

  get endsAt(): number {
    return this.#until
  }

  isOver(now: number): boolean {
    return now >= this.#until || this.#left <= 0
  }

  stop(): void {
    this.#until = -Infinity
  }

  close(): void {
    for (const timer of this.#joining) clearTimeout(timer)
  }

  #take(now: number): boolean {
    if (now >= this.#until || this.#left <= 0) return false
    if (now >= this.#measuredFrom) this.#left -= 1
    return true
  }

  #join(lane: Lane, delayMs: number, from: number): void {
    if (delayMs === 0) return this.#joined(lane, from)
    const timer = setTimeout(() => {
      this.#joining.delete(timer)
      this.#joined(lane, performance.now())
    }, delayMs)
    this.#joining.add(timer)
  }

  #joined(lane: Lane, now: number): void {
    if (lane.state === 'ready') this.onFree(lane, now)
    else if (lane.state === 'down') this.#sender.open(lane, now)
  }
}
