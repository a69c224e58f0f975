import { seededRandom } from 'async-patterns'
import type { Random } from 'async-patterns'
import type { ArrivalProcess } from '../../measurements/index.js'

export interface ArrivalOptions {
  readonly ratePerSecond: number
  readonly process: ArrivalProcess
  readonly seed: number
  /** The rate grows evenly from 0 to the full one for so long. */
  readonly rampMs: number
  /** Threads share one schedule of constant arrivals: `index` of `shares`, each with its part of the rate. */
  readonly index: number
  readonly shares: number
}

/**
 * When the requests of an open loop fall due, in milliseconds from its start. `u` counts arrivals at the full
 * rate: whole numbers where they are constant, sums of exponential variates where they are Poisson's. A ramp
 * bends time, by the inverse of the mean number of arrivals until then.
 */
export class Arrivals {
  /** The next one. */
  nextAt: number
  readonly #perMs: number
  readonly #rampMs: number
  readonly #random: Random | undefined
  #u: number

  constructor({ ratePerSecond, process, seed, rampMs, index, shares }: ArrivalOptions) {
    this.#perMs = ratePerSecond / 1_000 / shares
    this.#rampMs = rampMs
    this.#random = process === 'poisson' ? seededRandom(seed + index) : undefined
    this.#u = this.#random === undefined ? index / shares : exponential(this.#random)
    this.nextAt = this.#timeOf(this.#u)
  }

  advance(): void {
    this.#u += this.#random === undefined ? 1 : exponential(this.#random)
    this.nextAt = this.#timeOf(this.#u)
  }

  #timeOf(u: number): number {
    const withinRamp = (this.#perMs * this.#rampMs) / 2
    if (u < withinRamp) return Math.sqrt((2 * u * this.#rampMs) / this.#perMs)
    return this.#rampMs + (u - withinRamp) / this.#perMs
  }
}

function exponential(random: Random): number {
  return -Math.log(1 - random())
}
