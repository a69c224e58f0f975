/** What a pattern runs. One that takes a signal hands it on. */
export type Task = (signal?: AbortSignal) => unknown

/** Runs tasks under some rule. */
export interface Runner {
  /** `signal` is given only if `abortable` is true. */
  run(task: Task, signal?: AbortSignal): Promise<unknown>
  /** Whether `run` takes a signal. Default false: cases that abort do not apply. */
  readonly abortable?: boolean
}

/** A semaphore under test; what it cannot do is left out. */
export interface SemaphoreUnderTest extends Runner {
  /** Takes a permit; resolves with the function that gives it back. */
  readonly acquire?: () => Promise<() => void>
  readonly resize?: (maxConcurrent: number) => void
  readonly runWeighted?: (task: Task, weight: number) => Promise<unknown>
}

/** A breaker under test. */
export interface BreakerUnderTest extends Runner {
  /** How often it has opened so far. */
  readonly openings?: () => number
}

/** How the breaker is to be set; of `failures` and `rate` one is given. */
export interface BreakerWish {
  /** Opens after so many failures in a row. */
  readonly failures?: number
  /** Opens when half of the calls of the last `windowMs` have failed, from `minimumCalls` on. */
  readonly rate?: { readonly windowMs: number; readonly minimumCalls: number }
  readonly openMs: number
  /** A probe that has not settled after so long is given up, if the library can do that. */
  readonly probeMaxMs?: number
  /** Errors that say nothing about the remote, if the library can tell. */
  readonly ignore?: (error: unknown) => boolean
}

/** How time passes for the library under test. */
export interface ConformanceTime {
  now(): number
  pass(ms: number): Promise<void>
}

/**
 * A library, seen through what the cases need. Each function makes a new instance; what the library does not
 * have is left out, and the cases about it are counted as not applicable. Use the library's strongest
 * setting, not its default.
 */
export interface ConformanceAdapter {
  readonly name: string
  /** Default: real time. A library that takes a clock can be tried in virtual time. */
  readonly time?: ConformanceTime
  readonly semaphore?: (options: { readonly maxConcurrent: number }) => SemaphoreUnderTest
  /** A semaphore around a timeout, or one call option that does both. */
  readonly timedSemaphore?: (options: {
    readonly maxConcurrent: number
    readonly timeoutMs: number
  }) => Runner
  readonly breaker?: (wish: BreakerWish) => BreakerUnderTest
  /** Whether `BreakerWish.ignore` is honoured. Default false. */
  readonly breakerIgnores?: boolean
  /** Retries every error unless the library excepts some, with the same delay each time and no jitter. */
  readonly retry?: (options: { readonly attempts: number; readonly delayMs: number }) => Runner
  readonly timeout?: (options: { readonly timeoutMs: number }) => Runner
  readonly rateLimiter?: (options: { readonly maxRequests: number; readonly windowMs: number }) => Runner
}
