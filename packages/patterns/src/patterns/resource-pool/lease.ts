import { keepShape } from '../../core/index.js'
import type { Pooled } from './pooled.js'

/** Where a lease ends. */
export interface Lessor<T> {
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
  #lessor: Lessor<T> | undefined

  constructor(pooled: Pooled<T>, lessor: Lessor<T>) {
    this.resource = pooled.resource
    this.#pooled = pooled
    this.#lessor = lessor
  }

  /** Gives the resource back to the pool. */
  release(): void {
    const lessor = this.#lessor
    this.#lessor = undefined
    lessor?.giveBack(this.#pooled)
  }

  /** Ends a resource that is of no use any more, a broken connection say; resolves when that is done. */
  async destroy(): Promise<void> {
    const lessor = this.#lessor
    this.#lessor = undefined
    await lessor?.drop(this.#pooled)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release()
  }
}

keepShape(
  new Lease(
    { resource: undefined, expiresAt: Infinity, idleSince: 0 },
    { giveBack: () => undefined, drop: () => Promise.resolve() },
  ),
)
