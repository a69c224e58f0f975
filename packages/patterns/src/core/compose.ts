import { checkPolicy, misuse } from './misuse.js'
import type { Operation, Policy, PolicyDescription, Within } from './policy.js'

/** Any policy, as an element of a list. */
export type AnyPolicy = Policy<never, unknown>

/**
 * What results a stack must understand: what all its layers must. Read off `execute`, since from a class that
 * implements Policy its R cannot be inferred.
 */
export type Understood<P extends readonly AnyPolicy[]> = P[number] extends {
  execute: (operation: Operation<infer R>, within?: Within) => unknown
}
  ? R
  : never

/**
 * What a stack may add to a result: what any of its layers says that it adds. One that
 * says nothing adds nothing.
 */
export type Added<P extends readonly AnyPolicy[]> = {
  [I in keyof P]: P[I] extends { readonly addedResult?: infer A } ? (unknown extends A ? never : A) : never
}[number]

/** Several policies as one: see `compose`. */
export class PolicyStack<in R = unknown, out A = never> implements Policy<R, A> {
  declare readonly addedResult?: A
  /** From the outermost to the innermost. */
  readonly policies: readonly AnyPolicy[]
  readonly #layers: readonly Policy<unknown, unknown>[]

  /** @throws RangeError when there is no policy, TypeError for what is none. */
  constructor(policies: readonly AnyPolicy[]) {
    if (policies.length === 0) throw new RangeError('compose is given no policy; allowed is one or more')
    for (const [place, policy] of policies.entries()) checkPolicy(`compose.policies[${place}]`, policy)
    this.policies = Object.freeze([...policies])
    this.#layers = this.policies as readonly Policy<unknown, unknown>[]
  }

  get idle(): boolean {
    return this.#layers.every(policy => policy.idle !== false)
  }

  describe(): PolicyDescription {
    return { pattern: 'stack', role: 'other', layers: this.policies }
  }

  execute<T extends R>(operation: Operation<T>, within?: Within): Promise<T | A> {
    const refused = misuse('PolicyStack', operation, within)
    if (refused !== undefined) return refused
    try {
      return this.#run(0, operation, within) as Promise<T | A>
    } catch (error) {
      // A policy of somebody else's may throw; this one never does.
      return Promise.reject(error)
    }
  }

  #run(depth: number, operation: Operation<unknown>, within: Within | undefined): Promise<unknown> {
    const policy = this.#layers[depth] as Policy<unknown, unknown>
    if (depth === this.#layers.length - 1) return policy.execute(operation, within)
    return policy.execute(context => this.#run(depth + 1, operation, context), within)
  }
}

/**
 * Several policies as one; the leftmost is the outermost. `compose(a, b)` is nothing but `operation =>
 * a.execute(context => b.execute(operation, context))`, so your own policies compose the same way.
 *
 * The order that serves: `compose(deadline, retry, limiter, breaker, timeout)`. Waits that are ours (limiter,
 * permit) lie outside what is timed, so breaker and timeout see only the remote.
 * @throws RangeError when no policy is given, TypeError for what is none.
 */
export function compose<const P extends readonly AnyPolicy[]>(
  ...policies: P
): PolicyStack<Understood<P>, Added<P>> {
  return new PolicyStack(policies)
}
