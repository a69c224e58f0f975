import { checkCount, keepShape } from '../../core/index.js'

/**
 * Capacity that is held. It is single-use: `using` or `release()` gives it back, a second time does nothing.
 */
export interface Permit extends Disposable {
  /** How much is held now; 0 once it is given back. */
  readonly weight: number
  /**
   * Corrects the weight when the true one is known. What is too much is given back at once; what is missing
   * is taken at once, beyond the maximum if need be, for waiting with something in hand could wait for ever.
   * Others then wait until the excess is back. Does nothing after `release`.
   * @throws TypeError or RangeError when `weight` is not an integer of at least 0.
   */
  resize(weight: number): void
  /** Gives the capacity back; those who wait get it before this returns. */
  release(): void
}

/** Where a permit goes back to; a negative weight is taken in addition. */
interface PermitOwner {
  giveBack(weight: number): void
}

export class HeldPermit implements Permit {
  private readonly owner: PermitOwner
  private held: number
  private released: boolean

  constructor(owner: PermitOwner, weight: number) {
    this.owner = owner
    this.held = weight
    this.released = false
  }

  get weight(): number {
    return this.held
  }

  resize(weight: number): void {
    checkCount('Permit.resize.weight', weight, { min: 0 })
    if (this.released) return
    const surplus = this.held - weight
    this.held = weight
    this.owner.giveBack(surplus)
  }

  release(): void {
    if (this.released) return
    this.released = true
    const weight = this.held
    this.held = 0
    this.owner.giveBack(weight)
  }

  [Symbol.dispose](): void {
    this.release()
  }
}

keepShape(new HeldPermit({ giveBack: () => undefined }, 1))
