import { performance } from 'node:perf_hooks'
import type { Lane, LaneOwner, LaneSource } from './lane.js'
import type { LoadPlan } from '../../measurements/index.js'
import { NO_CONNECTION } from './open-loop.js'
import type { Pace, Sender } from './pace.js'
import { isPortBound } from './port-errors.js'
import type { ResultLog } from './result-log.js'
import type { Tally } from './tally.js'

/** What a generator works with. */
export interface GeneratorParts {
  readonly plan: LoadPlan
  readonly tally: Tally
  readonly lanes: (owner: LaneOwner) => LaneSource
  readonly pace: (sender: Sender) => Pace
  readonly log: ResultLog | undefined
  /** The warm-up is over. */
  readonly onMeasuring: () => void
}

/** After a connection that could not be made. */
const RETRY_MS = 100
/** Who stops a run, or has a server that nobody can connect to, does not wait longer than this at its end. */
const GRACE_MS = 1_000
/** Between two looks at what takes too long. */
const TICK_MS = { min: 1, max: 50 }

/**
 * One thread's share of a load: lanes that send when the pace tells, and a tally of what comes of it. Nothing
 * is allocated for a request.
 */
export class LoadGenerator implements LaneOwner, Sender {
  readonly #plan: LoadPlan
  readonly #tally: Tally
  readonly #pace: Pace
  readonly #log: ResultLog | undefined
  readonly #onMeasuring: () => void
  readonly #source: LaneSource
  readonly #lanes: readonly Lane[]
  readonly #timers = new Set<ReturnType<typeof setTimeout>>()
  #inFlight = 0
  /** Lanes whose connection stands. */
  #connected = 0
  #hasConnected = false
  #isRunning = false
  #isStopped = false
  #measuredFrom = Infinity
  readonly #portErrors = new Set<string>()
  #retired = 0
  #onPrepared: (() => void) | undefined = undefined
  #unprepared = 0
  #resolve: () => void = () => undefined

  constructor({ plan, tally, lanes, pace, log, onMeasuring }: GeneratorParts) {
    this.#plan = plan
    this.#tally = tally
    this.#log = log
    this.#onMeasuring = onMeasuring
    this.#source = lanes(this)
    this.#lanes = this.#source.lanes()
    this.#pace = pace(this)
  }

  /** Makes the connections that the pace begins with; one that cannot be made holds nothing up. */
  async prepare(): Promise<void> {
    const initial = this.#pace.initial(this.#lanes)
    this.#unprepared = initial.length
    const ticker = setInterval(() => this.#cutLate(performance.now()), TICK_MS.max)
    const prepared = new Promise<void>(resolve => {
      this.#onPrepared = resolve
    })
    for (const lane of initial) this.open(lane, performance.now())
    await prepared
    clearInterval(ticker)
    this.#onPrepared = undefined
  }

  /** Resolves when the last request has ended and all connections are closed. */
  async run(): Promise<void> {
    const ended = new Promise<void>(resolve => {
      this.#resolve = resolve
    })
    const tickMs = Math.min(TICK_MS.max, Math.max(TICK_MS.min, this.#plan.timeoutMs / 20))
    const ticker = setInterval(() => this.#tick(), tickMs)
    try {
      this.#begin()
      await ended
    } finally {
      clearInterval(ticker)
      await this.#close()
    }
  }

  /** Arrivals that were noticed more than a millisecond late. */
  get lateSends(): number {
    return this.#pace.lateSends
  }

  /** What this machine ran out of. */
  get portErrors(): readonly string[] {
    return [...this.#portErrors]
  }

  /** Nothing more is sent. What is in flight a second later is cut off, and is of the class INTERRUPTED. */
  stop(): void {
    this.#isStopped = true
    this.#pace.stop()
    this.#onPrepared?.()
    this.#after(GRACE_MS, () => this.#cut('INTERRUPTED', 'INTERRUPTED', Infinity))
  }

  open(lane: Lane, now: number): void {
    lane.since = now
    lane.open()
  }

  send(lane: Lane, intendedAt: number, now: number): void {
    this.#inFlight += 1
    lane.intendedAt = intendedAt
    lane.since = now
    lane.send()
  }

  giveUp(code: string, intendedAt: number, now: number): void {
    this.#tally.failure(code, NaN, intendedAt, now)
    void this.#logged(0, code, NaN, intendedAt, now, 0)
  }

  onConnected(lane: Lane, tookMs: number, now: number): void {
    if (!lane.isConnected) this.#connected += 1
    lane.isConnected = true
    this.#hasConnected = true
    this.#tally.connected(tookMs, now)
  }

  onReady(lane: Lane): void {
    if (this.#isRunning) this.#free(lane, performance.now())
    else this.#prepared()
  }

  onDone(lane: Lane, statusCode: number, bytes: number): void {
    const now = performance.now()
    this.#tally.response(statusCode, bytes, lane.since, lane.intendedAt, now)
    if (lane.state === 'down') this.#disconnected(lane)
    if (this.#log === undefined) this.#ended(lane, now)
    else void this.#endLogged(lane, statusCode, '', now, bytes)
  }

  onLost(lane: Lane, code: string): void {
    const now = performance.now()
    const { state, isConnecting } = lane
    lane.state = 'down'
    this.#disconnected(lane)
    if (state === 'opening') this.#notOpened(lane, code, now)
    else if (state === 'busy' && isConnecting) this.#notSent(lane, code, now)
    else if (state === 'busy') this.#failed(lane, code, now)
    else if (this.#isRunning) this.#free(lane, now)
  }

  #begin(): void {
    const { warmupMs } = this.#plan
    const now = performance.now()
    this.#measuredFrom = now + warmupMs
    this.#isRunning = true
    if (warmupMs === 0) this.#onMeasuring()
    else this.#after(warmupMs, this.#onMeasuring)
    this.#tally.begin(this.#measuredFrom)
    this.#pace.begin(this.#lanes, now, this.#measuredFrom)
    if (this.#isStopped) this.#pace.stop()
    this.#endIfOver(now)
  }

  #disconnected(lane: Lane): void {
    if (lane.isConnected) this.#connected -= 1
    lane.isConnected = false
  }

  #prepared(): void {
    this.#unprepared -= 1
    if (this.#unprepared === 0) this.#onPrepared?.()
  }

  #notOpened(lane: Lane, code: string, now: number): void {
    if (!this.#isRunning) {
      this.#prepared()
      return
    }
    this.#pace.onNoConnection(code, now)
    this.#rest(lane, code, now)
  }

  /** Its request had a lane, but no connection was to be had for it. */
  #notSent(lane: Lane, code: string, now: number): void {
    this.#inFlight -= 1
    this.giveUp(code, lane.intendedAt, now)
    this.#rest(lane, code, now)
  }

  /** Until the next try to connect. */
  #rest(lane: Lane, code: string, now: number): void {
    if (this.#connected === 0) this.#pace.onAllDown(code, now)
    if (isPortBound(code)) this.#retire(code)
    else this.#after(RETRY_MS, () => this.#free(lane, performance.now()))
    this.#endIfOver(now)
  }

  /** Another try would fail too: what ran out does not come back while this run holds it. */
  #retire(code: string): void {
    this.#portErrors.add(code)
    this.#retired += 1
  }

  #failed(lane: Lane, code: string, now: number): void {
    this.#tally.failure(code, lane.since, lane.intendedAt, now)
    if (this.#log === undefined) this.#ended(lane, now)
    else void this.#endLogged(lane, 0, code, now, 0)
  }

  #ended(lane: Lane, now: number): void {
    this.#inFlight -= 1
    this.#free(lane, now)
  }

  /** The lane is without work: it gets some, or a connection, or its rest. */
  #free(lane: Lane, now: number): void {
    // It may have waited for its result to be written while all ended for that very writing.
    if (!this.#isRunning) return
    if (lane.state === 'ready') this.#pace.onFree(lane, now)
    else if (lane.state === 'down' && !this.#pace.isOver(now)) this.open(lane, now)
    if (this.#inFlight === 0) this.#endIfOver(now)
  }

  /** The lane waits until its result is accepted: the log is never longer than its bound. */
  async #endLogged(lane: Lane, statusCode: number, code: string, now: number, bytes: number): Promise<void> {
    await this.#logged(statusCode, code, lane.since, lane.intendedAt, now, bytes)
    this.#ended(lane, performance.now())
  }

  async #logged(
    statusCode: number,
    code: string,
    sentAt: number,
    intendedAt: number,
    now: number,
    bytes: number,
  ): Promise<void> {
    if (this.#log === undefined || intendedAt < this.#measuredFrom) return
    await this.#log.write({ statusCode, code, sentAt, intendedAt, endedAt: now, bytes })
  }

  #tick(): void {
    const now = performance.now()
    this.#cutLate(now)
    this.#pace.onTick(now)
    this.#endOverdue(now)
    if (now >= this.#measuredFrom) this.#tally.advance(now)
    this.#endIfOver(now)
  }

  /** A run lasts no longer than its time and one timeout; where nobody can be connected to, a second. */
  #endOverdue(now: number): void {
    const { timeoutMs } = this.#plan
    const patienceMs = this.#hasConnected ? timeoutMs : Math.min(timeoutMs, GRACE_MS)
    if (this.#isStopped || now < this.#pace.endsAt + patienceMs) return
    this.#pace.giveUpWaiting(NO_CONNECTION, now)
    this.#cut('TIMEOUT', 'CONNECT_TIMEOUT', Infinity)
  }

  #cutLate(now: number): void {
    this.#cut('TIMEOUT', 'CONNECT_TIMEOUT', now - this.#plan.timeoutMs)
  }

  /** Ends what has been sent, or begun to connect, no later than that. */
  #cut(busyCode: string, openingCode: string, since: number): void {
    for (const lane of this.#lanes) {
      if (lane.since > since || (lane.state !== 'busy' && lane.state !== 'opening')) continue
      const { state, isConnecting } = lane
      lane.cut()
      lane.state = state
      this.onLost(lane, state === 'busy' && !isConnecting ? busyCode : openingCode)
    }
  }

  #endIfOver(now: number): void {
    const nobodyLeft = this.#retired === this.#lanes.length
    if (this.#inFlight === 0 && (nobodyLeft || this.#pace.isOver(now))) this.#resolve()
  }

  #after(delayMs: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      action()
    }, delayMs)
    this.#timers.add(timer)
  }

  async #close(): Promise<void> {
    this.#isRunning = false
    for (const timer of this.#timers) clearTimeout(timer)
    this.#pace.close()
    await this.#source[Symbol.asyncDispose]()
  }
}
