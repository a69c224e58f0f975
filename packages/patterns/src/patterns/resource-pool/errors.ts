import { AsyncPatternsError } from '../../core/index.js'

/** The pool could not make a resource; `cause` says why: what `create` threw, or a TimeoutError. */
export class ResourceCreateError extends AsyncPatternsError {
  readonly code = 'RESOURCE_CREATE_FAILED'
  /** How many attempts in a row have failed. */
  readonly failures: number

  constructor(failures: number, cause: unknown) {
    super(`ResourcePool: a resource could not be made, ${failures} times in a row`, { cause })
    this.failures = failures
  }
}
