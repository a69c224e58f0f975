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
  private late: PromiseLike<unknown>[] | undefined

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
    this.late = undefined
  }

  get aborted(): boolean {
    if (this.outer !== undefined) return this.outer.aborted
    if (this.source === undefined) return false
    return this.foreign ? (this.source as Context).aborted : this.source.signal?.aborted === true
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

  waitUntil(work: PromiseLike<unknown>): void {
    work.then(nothing, nothing)
    for (let context: CallContext | undefined = this; context !== undefined; context = context.outer) {
      if (context.late === undefined) context.late = [work]
      else context.late.push(work)
      if (context.foreign) (context.source as Context).waitUntil(work)
    }
  }

  /** A context for the calls inside; it is aborted when this one is. */
  child(options?: ChildOptions): CallContext {
    const deadlineAt = Math.min(this.deadlineAt, options?.deadlineAt ?? Infinity)
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
    if (this.late === undefined) release()
    else this.releaseAfter(0, release)
  }

  private releaseAfter(from: number, release: () => void): void {
    const works = (this.late as PromiseLike<unknown>[]).slice(from)
    if (works.length === 0) return release()
    const next = (): void => this.releaseAfter(from + works.length, release)
    void Promise.allSettled(works).then(next)
  }
}

/**
 * A child that its maker can abort by itself: a timeout's, a hedge's.
 * The maker calls `close` when the call has settled, so that no listener stays behind.
 */
export class CancellableContext extends CallContext {
  private own: AbortController | undefined
  private listeners: Set<() => void> | undefined
  private unlink: (() => void) | undefined
  private cancelled: boolean
  private cancelReason: unknown

  constructor(outer: CallContext, attempt: number, deadlineAt: number) {
    super(outer, undefined, attempt, deadlineAt)
    this.own = undefined
    this.listeners = undefined
    this.unlink = undefined
    this.cancelled = false
    this.cancelReason = undefined
  }

  override get aborted(): boolean {
    return this.cancelled || super.aborted
  }

  override get reason(): unknown {
    return this.cancelled ? this.cancelReason : super.reason
  }

  override get signal(): AbortSignal {
    if (this.own === undefined) {
      this.own = new AbortController()
      if (this.aborted) this.own.abort(this.reason)
      else this.link()
    }
    return this.own.signal
  }

  override onAbort(listener: () => void): () => void {
    this.listeners ??= new Set()
    const own = (): void => listener()
    this.listeners.add(own)
    this.link()
    return () => void this.listeners?.delete(own)
  }

  /** Aborts this context and all inside it. Only the first call counts. */
  cancel(reason: unknown): void {
    if (this.aborted) return
    this.cancelled = true
    this.cancelReason = reason
    this.close()
    this.fire()
  }

  /** Stops listening to the outer context. */
  close(): void {
    this.unlink?.()
    this.unlink = nothing
  }

  private link(): void {
    this.unlink ??= super.onAbort(() => this.fire())
  }

  private fire(): void {
    const listeners = [...(this.listeners ?? [])]
    this.listeners?.clear()
    for (const listener of listeners) listener()
    this.own?.abort(this.reason)
  }
}

/** The context in which a policy runs a call: the one that was handed on, or a new outermost one. */
export function contextOf(within: Within | undefined): CallContext {
  if (within instanceof CallContext) return within
  if (within === undefined) return new CallContext(undefined, undefined, 1, Infinity)
  const attempt = isForeign(within) ? within.attempt : 1
  return new CallContext(undefined, within, attempt, within.deadlineAt ?? Infinity)
}

/** A Context that is not ours: a user's own, or that of another copy of this package. */
function isForeign(within: Within): within is Context {
  return 'waitUntil' in within
}
