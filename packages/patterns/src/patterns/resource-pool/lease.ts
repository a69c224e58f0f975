import { keepShape } from '../../core/index.js'
import type { Pooled } from './idle-resources.js'

/** Where a lease ends. */
export interface LeaseOwner<T> {
  giveBack(pooled: Pooled<T>): void
  drop(pooled: Pooled<T>): Promise<void>
}

/**
 * A resource on loan: `await using lease = await pool.acquire()`. It ends once; what is said after that is
 * of no effect. The resource must not be used after the end.
 */
export class Lease<T> implements AsyncDisposable {
  readonly resource: T
  readonly #pooled: Pooled<T>
  #owner: LeaseOwner<T> | undefined

  constructor(pooled: Pooled<T>, owner: LeaseOwner<T>) {
    this.resource = pooled.resource
    this.#pooled = pooled
    this.#owner = owner
  }

  /** Gives the resource back to the pool. */
  release(): void {
    const owner = this.#owner
    this.#owner = undefined
    owner?.giveBack(this.#pooled)
  }

  /** Ends a resource that is of no use any more, a broken connection say; resolves when that is done. */
  async destroy(): Promise<void> {
    const owner = this.#owner
    this.#owner = undefined
    await owner?.drop(this.#pooled)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release()
  }
}

keepShape(
  new Lease(
    { resource: undefined, expiresAt: Infinity, idleSince: 0, isBroken: false },
    { giveBack: () => undefined, drop: () => Promise.resolve() },
  ),
)
