import type { Facts } from './errors.js'

/** What a caller may say about a call. A Context is one, so policies hand it on as it is. */
export interface Within {
  /** Aborted when the caller gives up. */
  readonly signal?: AbortSignal | undefined
  /** The moment by which the work must be done, on the scale of `clock.now()`. NaN counts as none. */
  readonly deadlineAt?: number | undefined
}

/** What an operation learns about its call: small, one per attempt or timeout. */
export interface Context extends Within {
  /** Made on first read; an operation that never looks at it costs no AbortSignal. */
  readonly signal: AbortSignal
  /** Whether the call was given up; reading it allocates nothing. */
  readonly aborted: boolean
  /** From 1, of the nearest retry. */
  readonly attempt: number
  /** On the scale of `clock.now()`; Infinity when there is none. */
  readonly deadlineAt: number
  /**
   * Work that goes on after the operation has settled. Whoever holds a permit, probe or lease for this
   * call keeps it until that work has settled too. Its rejection is never an unhandled rejection.
   */
  waitUntil(work: PromiseLike<unknown>): void
}

/** What a policy runs. It may return a value or a promise, and it may throw. */
export type Operation<T> = (context: Context) => T | PromiseLike<T>

/** How a call ended, in the one shape that every classifier takes. */
export type Outcome<R> =
  | { readonly ok: true; readonly value: R }
  | { readonly ok: false; readonly error: unknown }

/**
 * Something that runs an operation under a rule.
 *
 * `R` is what results it must understand (a retry that looks at status codes is a `Policy<Response>`),
 * `A` what it may add to them (a fallback to null is a `Policy<unknown, null>`).
 * `execute` never throws synchronously, and nothing that it loses becomes an unhandled rejection.
 */
export interface Policy<in R = unknown, out A = never> {
  execute<T extends R>(operation: Operation<T>, within?: Within): Promise<T | A>
  /**
   * Never there at run time: it tells `compose` what A is, which cannot be inferred from a class's `execute`.
   * A class that adds to results declares it: `declare readonly addedResult?: A`.
   */
  readonly addedResult?: A
  /** True when the policy holds no state worth keeping: nothing in flight, nothing remembered. */
  readonly idle?: boolean
  /**
   * For the function `describe`; a policy without it counts as one that passes every call straight through.
   */
  describe?(): PolicyDescription
}

/** What a policy is to a stack; `other` says nothing about order. */
export type PolicyRole =
  | 'retry'
  | 'timeout'
  | 'deadline'
  | 'breaker'
  | 'permits'
  | 'rate'
  | 'fallback'
  | 'hedge'
  | 'chaos'
  | 'other'

/** What a policy says of itself: how it is set, and the worst that it does to one call. */
export interface PolicyDescription {
  /** In kebab-case, as in the names of its events: `circuit-breaker`. */
  readonly pattern: string
  readonly role: PolicyRole
  /** How it is set, for people to read. Default: nothing. */
  readonly options?: Facts
  /** How often it runs what is inside for one call, at most; Infinity if there is no end to it. Default 1. */
  readonly attempts?: number
  /**
   * How often on average, when every attempt fails: less than `attempts` under a budget. Default `attempts`.
   */
  readonly loadAmplification?: number
  /**
   * The longest that it makes one call wait by itself, in milliseconds: for a permit, between attempts.
   * Default 0.
   */
  readonly waitMs?: number
  /** After so many milliseconds it gives a call up, waits inside included. Default Infinity. */
  readonly limitMs?: number
  /** Whether it still waits for the operation after `limitMs`. Default false. */
  readonly cooperative?: boolean
  /** If it is made of others: these, the outermost first. Its own numbers do not count then. */
  readonly layers?: readonly Policy<never, unknown>[]
}
