import { CallContext, contextOf } from './context.js'
import { keepShape } from './keep-shape.js'

const nothing = (): void => undefined

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
    for (const listener of Array.from(this.listeners ?? [])) {
      if (this.listeners?.delete(listener) === true) listener()
    }
    this.own?.abort(this.reason)
  }
}

keepShape(new CancellableContext(contextOf(undefined), 1, Infinity))
