import type { Facts } from './errors.js'
import type { Policy } from './policy.js'

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
  /** How often on average, when every attempt fails: less than `attempts` under a budget. Default `attempts`. */
  readonly loadAmplification?: number
  /** The longest that it makes one call wait by itself, in milliseconds: for a permit, between attempts. Default 0. */
  readonly waitMs?: number
  /** After so many milliseconds it gives a call up, waits inside included. Default Infinity. */
  readonly limitMs?: number
  /** Whether it still waits for the operation after `limitMs`. Default false. */
  readonly cooperative?: boolean
  /** If it is made of others: these, the outermost first. Its own numbers do not count then. */
  readonly layers?: readonly Policy<never, unknown>[]
}
