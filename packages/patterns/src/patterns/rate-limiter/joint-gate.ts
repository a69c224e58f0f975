import type { Clock } from '../../core/index.js'
import type { Gate, Waiter } from './gate.js'
import type { Guest, TimedGate } from './timed-gate.js'

/**
 * Several gates at once: takes from all or from none. Only its first waiter stands in the lines of those gates,
 * as a guest; their timers serve it, so it has none of its own.
 */
export class JointGate implements Gate, Guest {
  readonly clock: Clock
  readonly gates: readonly TimedGate[]
  readonly #line = new Set<Waiter>()
  #ahead = 0

  constructor(gates: readonly TimedGate[], clock: Clock) {
    this.gates = gates
    this.clock = clock
  }

  get maxCost(): number {
    return Math.min(...this.gates.map(gate => gate.maxCost))
  }

  get waiting(): number {
    return this.#line.size
  }

  get cost(): number {
    for (const first of this.#line) return first.cost
    return 0
  }

  isIdle(now: number): boolean {
    return this.#line.size === 0 && this.gates.every(gate => gate.isIdle(now))
  }

  tryTake(now: number, cost: number): boolean {
    if (this.#line.size > 0 || this.gates.some(gate => gate.waiting > 0)) return false
    return this.#tryTakeAll(now, cost, now) === 0
  }

  waitMs(now: number, cost: number): number {
    return Math.max(...this.gates.map(gate => gate.waitMs(now, cost, this.#ahead)))
  }

  join(waiter: Waiter): void {
    const isFirst = this.#line.size === 0
    this.#line.add(waiter)
    this.#ahead += waiter.cost
    if (!isFirst) return
    for (const gate of this.gates) gate.admit(this)
    this.pump()
  }

  leave(waiter: Waiter): void {
    if (!this.#line.delete(waiter)) return
    this.#ahead -= waiter.cost
    if (this.#line.size === 0) for (const gate of this.gates) gate.dismiss(this)
    this.pump()
  }

  turn(now: number): number {
    for (const waiter of this.#line) {
      const waitMs = this.#tryTakeAll(now, waiter.cost, waiter.since)
      if (waitMs > 0) return waitMs
      this.#line.delete(waiter)
      this.#ahead -= waiter.cost
      this.#goBehind()
      waiter.grant(now)
      return 0
    }
    return Infinity
  }

  review(): void {
    const { maxCost } = this
    for (const waiter of this.#line) {
      if (waiter.cost <= maxCost) continue
      this.#line.delete(waiter)
      this.#ahead -= waiter.cost
      waiter.refuseCost(maxCost)
    }
    if (this.#line.size === 0) for (const gate of this.gates) gate.dismiss(this)
  }

  #tryTakeAll(now: number, cost: number, since: number): number {
    let waitMs = 0
    for (const gate of this.gates) waitMs = Math.max(waitMs, gate.waitOfGuest(now, this, cost))
    if (waitMs === 0) for (const gate of this.gates) gate.takeForGuest(now, cost, since)
    return waitMs
  }

  /** One turn, one waiter: the next stands behind those who wait for one of the gates alone. */
  #goBehind(): void {
    for (const gate of this.gates) {
      gate.dismiss(this)
      if (this.#line.size > 0) gate.admit(this)
    }
  }

  pump(): void {
    for (const gate of this.gates) gate.pump()
  }
}
