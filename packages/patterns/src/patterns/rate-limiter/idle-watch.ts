import { Deferred } from '../../core/index.js'

/** For those who want to hear when nobody waits any more. */
export class IdleWatch {
  #told: Deferred<void> | undefined

  wait(isIdle: boolean): Promise<void> {
    if (isIdle) return Promise.resolve()
    this.#told ??= new Deferred()
    return this.#told.promise
  }

  tell(isIdle: boolean): void {
    if (!isIdle || this.#told === undefined) return
    this.#told.resolve()
    this.#told = undefined
  }
}
