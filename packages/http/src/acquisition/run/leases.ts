import type { Clock, TimerHandle } from 'async-patterns'
import type { Claim, Run } from '../ledger/index.js'

/** How long a claim holds without a renewal. */
export const LEASE_MS = 30_000

/** Renews the leases of the claims in hand, for as long as there are any. */
export class LeaseKeeper {
  readonly leaseMs: number
  readonly #run: Pick<Run, 'renew'>
  readonly #clock: Clock
  readonly #onError: (error: unknown) => void
  readonly #held = new Set<Claim>()
  #timer: TimerHandle | undefined

  constructor(run: Pick<Run, 'renew'>, clock: Clock, leaseMs: number, onError: (error: unknown) => void) {
    this.#run = run
    this.#clock = clock
    this.leaseMs = leaseMs
    this.#onError = onError
  }

  hold(claim: Claim): void {
    this.#held.add(claim)
    this.#timer ??= this.#clock.setTimer(this.#renewAll, this.leaseMs / 3)
  }

  /** A late commit under a lease that was lost is refused by the ledger, so nobody is told of the loss. */
  drop(claim: Claim): void {
    this.#held.delete(claim)
    if (this.#held.size > 0 || this.#timer === undefined) return
    this.#clock.clearTimer(this.#timer)
    this.#timer = undefined
  }

  readonly #renewAll = (): void => {
    this.#timer = this.#clock.setTimer(this.#renewAll, this.leaseMs / 3)
    for (const claim of this.#held) this.#run.renew(claim, this.leaseMs).catch(this.#onError)
  }
}
