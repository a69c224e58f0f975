import {
  checkDuration,
  clockLike,
  count,
  duration,
  Events,
  having,
  optional,
  optionsOf,
  systemClock,
} from '../core/index.js'
import type { Clock, Listener, OptionRules, TimerHandle } from '../core/index.js'
import { summarise } from './history-summary.js'
import type { HistorySummary } from './history-summary.js'
import { NodeLoopProbe } from './loop-probe.js'
import type { LoopProbe, LoopReading } from './loop-probe.js'
import { StallWatch, setUnrefTimer } from './stall-watch.js'

/** How often the event loop is looked at, and which delays are too long. */
export interface EventLoopMonitorOptions {
  /** The time between two samples, above 0, in milliseconds. Default 1,000. */
  readonly sampleIntervalMs?: number
  /** From this longest delay of a sample on, its status is `warning`. Default 100. */
  readonly warningDelayMs?: number
  /**
   * From this longest delay of a sample on, its status is `critical`; at least `warningDelayMs`. Default 500.
   */
  readonly criticalDelayMs?: number
  /** From so many active resources on, the status is at least `warning`. Default 1,000. */
  readonly maxBacklog?: number
  /** How many samples are kept: from 1. Default 100. */
  readonly historySize?: number
  /** Default: the system's. */
  readonly clock?: Clock
  /** Where the readings come from. Default: Node's own counters; elsewhere it has to be given. */
  readonly probe?: LoopProbe
}

/** How the event loop was in a sample: the worse of its delay and its backlog. */
export type EventLoopStatus = 'healthy' | 'warning' | 'critical'

/** One sample: what has been since the one before. */
export interface EventLoopSnapshot extends LoopReading {
  /** When it was taken, in milliseconds since the epoch. */
  readonly at: number
  readonly status: EventLoopStatus
  /** See `EventLoopMonitor.stalledMs`. */
  readonly stalledMs: number
  /** Node offers no way to know it. */
  readonly callbackQueueDepth: null
}

/** What an EventLoopMonitor tells: every sample, and each change of the status. */
export type EventLoopEvent =
  | { readonly type: 'sample'; readonly snapshot: EventLoopSnapshot }
  | {
      readonly type: 'status'
      readonly from: EventLoopStatus
      readonly to: EventLoopStatus
      readonly snapshot: EventLoopSnapshot
    }

const DEFAULTS = Object.freeze({
  sampleIntervalMs: 1000,
  warningDelayMs: 100,
  criticalDelayMs: 500,
  maxBacklog: 1000,
  historySize: 100,
  clock: systemClock,
})

const RULES: OptionRules<EventLoopMonitorOptions> = {
  sampleIntervalMs: duration({ min: 1 }),
  warningDelayMs: duration(),
  criticalDelayMs: duration(),
  maxBacklog: count(),
  historySize: count(),
  clock: clockLike(),
  probe: optional(having('start', 'read', 'stop')),
}

/**
 * Watches the event loop of this thread: delay, utilisation, heap, backlog. Its timers do not keep the
 * process alive. Events: `sample`, and `status` when the status changes, also on the `diagnostics_channel`s
 * `async-patterns:event-loop-monitor:sample` and `:status`.
 */
export class EventLoopMonitor implements Disposable {
  readonly #settings: typeof DEFAULTS
  readonly #probe: LoopProbe
  readonly #stalls: StallWatch
  readonly #events = new Events<EventLoopEvent>('event-loop-monitor')
  #history: EventLoopSnapshot[] = []
  #status: EventLoopStatus = 'healthy'
  #timer: TimerHandle | undefined

  /** @throws TypeError or RangeError that names the option; `probe` where there is no Node and it is not given. */
  constructor(options?: EventLoopMonitorOptions) {
    const { probe, ...settings } = optionsOf('EventLoopMonitor', DEFAULTS, RULES, options)
    checkDuration('EventLoopMonitor.criticalDelayMs', settings.criticalDelayMs, {
      min: settings.warningDelayMs,
    })
    this.#settings = settings
    this.#probe = probe ?? new NodeLoopProbe()
    this.#stalls = new StallWatch(settings.clock, settings.sampleIntervalMs)
  }

  /** Begins to take samples; a second call does nothing. */
  start(): void {
    if (this.#timer !== undefined) return
    this.#probe.start()
    this.#stalls.start()
    this.#schedule()
  }

  /** Ends it; the history stays. */
  stop(): void {
    if (this.#timer === undefined) return
    this.#settings.clock.clearTimer(this.#timer)
    this.#timer = undefined
    this.#stalls.stop()
    this.#probe.stop()
  }

  [Symbol.dispose](): void {
    this.stop()
  }

  /** The latest sample; undefined before the first. */
  snapshot(): EventLoopSnapshot | undefined {
    return this.#history.at(-1)
  }

  /** The samples that are kept, oldest first. */
  history(): readonly EventLoopSnapshot[] {
    return [...this.#history]
  }

  /** Averages and percentiles over the history; undefined before the first sample. */
  summary(): HistorySummary | undefined {
    return this.#history.length === 0 ? undefined : summarise(this.#history)
  }

  /**
   * For how many milliseconds in all the loop has stood still, in stalls of 20 ms or more that still go on or
   * ended within the last `sampleIntervalMs`; 0 while the monitor is not running. A breaker that is handed it
   * does not take a local stall for a slow remote:
   * `new CircuitBreaker({ stalledMs: () => monitor.stalledMs() })`.
   */
  stalledMs(): number {
    return this.#stalls.stalledMs()
  }

  /** Dispose the result to stop. */
  subscribe(listener: Listener<EventLoopEvent>): Disposable {
    return this.#events.subscribe(listener)
  }

  #schedule(): void {
    const { clock, sampleIntervalMs } = this.#settings
    this.#timer = setUnrefTimer(clock, () => this.#sample(), sampleIntervalMs)
  }

  #sample(): void {
    this.#schedule()
    const reading = this.#probe.read()
    const snapshot: EventLoopSnapshot = {
      ...reading,
      at: this.#settings.clock.wallNow(),
      status: this.#judge(reading),
      stalledMs: this.stalledMs(),
      callbackQueueDepth: null,
    }
    this.#history.push(snapshot)
    if (this.#history.length > this.#settings.historySize) this.#history.shift()
    this.#tell(snapshot)
  }

  #judge({ delay, activeResources }: LoopReading): EventLoopStatus {
    const { criticalDelayMs, warningDelayMs, maxBacklog } = this.#settings
    if (delay.maxMs >= criticalDelayMs) return 'critical'
    return delay.maxMs >= warningDelayMs || activeResources >= maxBacklog ? 'warning' : 'healthy'
  }

  #tell(snapshot: EventLoopSnapshot): void {
    const from = this.#status
    this.#status = snapshot.status
    if (this.#events.wanted('sample')) this.#events.emit({ type: 'sample', snapshot })
    if (from === snapshot.status || !this.#events.wanted('status')) return
    this.#events.emit({ type: 'status', from, to: snapshot.status, snapshot })
  }
}
