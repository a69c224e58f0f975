import type { CallContext, Operation, Outcome, TimerHandle } from '../../core/index.js'
import { AsyncPatternsError, CancellableContext, discardWith, runOperation } from '../../core/index.js'
import type { HedgeSettings } from './hedge-options.js'

/** The reason with which an attempt is aborted when another one has won. */
export class HedgeLostError extends AsyncPatternsError {
  readonly code = 'HEDGE_LOST'
}

/** What a call asks and tells its Hedge. */
export interface HedgeHost<R> {
  readonly settings: HedgeSettings<R>
  /** Whether another attempt may start. It is counted if so. */
  mayHedge(attempt: number, delayMs: number): boolean
  /** The first attempt took so long, or longer. */
  firstTook(latencyMs: number): void
  won(attempt: number): void
}

interface Attempt {
  readonly context: CancellableContext
  readonly work: Promise<unknown>
}

/** One call: its first attempt, and those that join it. The first accepted outcome ends it. */
export class HedgedCall<R, T extends R> {
  readonly result: Promise<T>
  readonly #host: HedgeHost<R>
  readonly #operation: Operation<T>
  readonly #outer: CallContext
  readonly #delayMs: number
  readonly #startedAt: number
  /** Those that have not settled. */
  readonly #running = new Map<number, Attempt>()
  #started = 0
  #timer: TimerHandle | undefined
  /** The first outcome that was not accepted: what the call ends with if none is. */
  #refused: Outcome<T> | undefined
  #isOver = false
  #resolve!: (value: T) => void
  #reject!: (error: unknown) => void

  constructor(host: HedgeHost<R>, operation: Operation<T>, outer: CallContext, delayMs: number) {
    this.#host = host
    this.#operation = operation
    this.#outer = outer
    this.#delayMs = delayMs
    this.#startedAt = host.settings.clock.now()
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.#start()
  }

  #start(): void {
    this.#started += 1
    const attempt = this.#started
    const { attempt: retry, deadlineAt } = this.#outer
    const context = new CancellableContext(this.#outer, retry, deadlineAt)
    const work = runOperation(this.#operation, context)
    this.#running.set(attempt, { context, work })
    work.then(
      value => this.#settled(attempt, { ok: true, value }),
      (error: unknown) => this.#settled(attempt, { ok: false, error }),
    )
    if (attempt <= this.#host.settings.maxHedges) this.#arm()
  }

  #arm(): void {
    this.#timer = this.#host.settings.clock.setTimer(() => {
      this.#timer = undefined
      const { aborted, deadlineAt } = this.#outer
      if (aborted || deadlineAt <= this.#host.settings.clock.now()) return
      if (this.#host.mayHedge(this.#started + 1, this.#delayMs)) this.#start()
    }, this.#delayMs)
  }

  #settled(attempt: number, outcome: Outcome<T>): void {
    const context = this.#running.get(attempt)?.context as CancellableContext
    this.#running.delete(attempt)
    context.close()
    if (this.#isOver) return this.#drop(outcome)
    if (attempt === 1) this.#tellFirst()
    const verdict = this.#judge(outcome, context)
    if (verdict === 'refused') return this.#refuse(outcome)
    if (verdict === 'accepted') this.#host.won(attempt)
    this.#end(verdict === 'accepted' ? outcome : verdict)
  }

  /** A judge that throws ends the call with what it threw: nobody else would hear of it. */
  #judge(outcome: Outcome<T>, context: CancellableContext): 'accepted' | 'refused' | Outcome<never> {
    try {
      return this.#host.settings.accept(outcome, context) ? 'accepted' : 'refused'
    } catch (error) {
      this.#drop(outcome)
      return { ok: false, error }
    }
  }

  #refuse(outcome: Outcome<T>): void {
    if (this.#refused === undefined) this.#refused = outcome
    else this.#drop(outcome)
    if (this.#running.size > 0) return
    const first = this.#refused
    this.#refused = undefined
    this.#end(first)
  }

  #end(outcome: Outcome<T>): void {
    this.#isOver = true
    if (this.#timer !== undefined) this.#host.settings.clock.clearTimer(this.#timer)
    if (this.#running.has(1)) this.#tellFirst()
    if (this.#refused !== undefined) this.#drop(this.#refused)
    this.#dismissLosers()
    if (outcome.ok) this.#resolve(outcome.value)
    else this.#reject(outcome.error)
  }

  #dismissLosers(): void {
    if (this.#running.size === 0) return
    const lost = new HedgeLostError('Another attempt of the same call has won')
    for (const { context, work } of this.#running.values()) {
      // A limiter that holds a permit for this call keeps it while a loser still loads the remote.
      this.#outer.waitUntil(work)
      context.cancel(lost)
      context.close()
    }
  }

  #tellFirst(): void {
    this.#host.firstTook(this.#host.settings.clock.now() - this.#startedAt)
  }

  #drop(outcome: Outcome<T>): void {
    if (outcome.ok) discardWith(this.#host.settings.discard, outcome.value)
  }
}
