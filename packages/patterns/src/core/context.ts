import { deadlineOf } from './deadline.js'
import { keepShape } from './keep-shape.js'
import type { Context, Within } from './policy.js'
import { signalHub } from './signal-hub.js'

const nothing = (): void => undefined

/** What a layer changes for the calls inside it. */
export interface ChildOptions {
  /** Counted from 1; the outer attempt unless given. */
  readonly attempt?: number
  /** The earlier of this and the outer deadline holds. */
  readonly deadlineAt?: number
}

/**
 * The Context of this package's own policies: a chain of small objects, in which a signal comes into being
 * only when somebody reads it. Fields are plain, not `#private`: one is made for every call.
 */
export class CallContext implements Context {
  readonly attempt: number
  readonly deadlineAt: number
  private readonly outer: CallContext | undefined
  /** What the user handed in; only at the outermost context. */
  private readonly source: Within | undefined
  private readonly foreign: boolean
  private controller: AbortController | undefined
  /** How much of the work handed to `waitUntil` has not settled yet. */
  private lateWork: number
  private releases: (() => void)[] | undefined

  constructor(
    outer: CallContext | undefined,
    source: Within | undefined,
    attempt: number,
    deadlineAt: number,
  ) {
    this.outer = outer
    this.source = source
    this.attempt = attempt
    this.deadlineAt = deadlineAt
    this.foreign = source !== undefined && isForeign(source)
    this.controller = undefined
    this.lateWork = 0
    this.releases = undefined
  }

  get aborted(): boolean {
    if (this.outer !== undefined) return this.outer.aborted
    if (this.source === undefined) return false
    return this.foreign ? (this.source as Context).aborted : this.source.signal?.aborted === true
  }

  /** The deadline that held before this context set its own; Infinity when there is none. */
  get outerDeadlineAt(): number {
    return this.outer?.deadlineAt ?? Infinity
  }

  /** Why the call was given up: the caller's own reason, unchanged. */
  get reason(): unknown {
    return this.outer !== undefined ? this.outer.reason : this.source?.signal?.reason
  }

  get signal(): AbortSignal {
    if (this.controller !== undefined) return this.controller.signal
    const given = this.outer !== undefined ? this.outer.signal : this.source?.signal
    if (given !== undefined) return given
    this.controller = new AbortController()
    return this.controller.signal
  }

  /** Whether work that was handed to `waitUntil` still runs. */
  get hasLateWork(): boolean {
    return this.lateWork > 0
  }

  waitUntil(work: PromiseLike<unknown>): void {
    for (let context: CallContext | undefined = this; context !== undefined; context = context.outer) {
      context.lateWork += 1
      if (context.foreign) (context.source as Context).waitUntil(work)
    }
    const settled = (): void => this.lateWorkSettled()
    // A thenable from elsewhere may throw, or call back twice; a promise around it does not.
    Promise.resolve(work).then(settled, settled)
  }

  /** A context for the calls inside; it is aborted when this one is. */
  child(options?: ChildOptions): CallContext {
    const deadlineAt = Math.min(this.deadlineAt, deadlineOf(options))
    return new CallContext(this, undefined, options?.attempt ?? this.attempt, deadlineAt)
  }

  /** Calls `listener` once on abort; returns the function that unsubscribes. */
  onAbort(listener: () => void): () => void {
    if (this.outer !== undefined) return this.outer.onAbort(listener)
    const signal = this.source?.signal
    return signal === undefined ? nothing : signalHub(signal).add(listener)
  }

  /**
   * Calls `release` when all work handed to `waitUntil` has settled: at once if there is none.
   * It is for whoever holds something for this call, after the operation has settled.
   */
  releaseWhenDone(release: () => void): void {
    if (this.lateWork === 0) release()
    else (this.releases ??= []).push(release)
  }

  private lateWorkSettled(): void {
    for (let context: CallContext | undefined = this; context !== undefined; context = context.outer) {
      context.lateWork -= 1
      if (context.lateWork === 0) context.releaseAll()
    }
  }

  private releaseAll(): void {
    const releases = this.releases ?? []
    this.releases = undefined
    for (const release of releases) release()
  }
}

/** The context in which a policy runs a call: the one that was handed on, or a new outermost one. */
export function contextOf(within: Within | undefined): CallContext {
  if (within instanceof CallContext) return within
  if (within === undefined) return new CallContext(undefined, undefined, 1, Infinity)
  const attempt = isForeign(within) ? within.attempt : 1
  return new CallContext(undefined, within, attempt, deadlineOf(within))
}

/**
 * As `contextOf`, but a context of this call alone, for whoever keeps something until the call's late work is
 * done: that of a sibling under the same caller must not count.
 */
export function ownContextOf(within: Within | undefined): CallContext {
  if (!(within instanceof CallContext)) return contextOf(within)
  return new CallContext(within, undefined, within.attempt, within.deadlineAt)
}

/** A Context that is not ours: a user's own, or that of another copy of this package. */
function isForeign(within: Within): within is Context {
  return 'waitUntil' in within
}

keepShape(contextOf(undefined))
