import type { BreakerMachine, BreakerTotals } from './breaker-machine.js'
import type { BreakerState, TransitionCause } from './breaker-states.js'
import { ClosedState, HalfOpenState, OpenState } from './breaker-states.js'
import type { WindowRow } from './call-window.js'
import { failuresToReopen } from './circuit-breaker-options.js'
import type { BreakerSettings } from './circuit-breaker-options.js'
import type { CallCounts } from './trip-rules.js'

interface ClosedSnapshot {
  readonly name: 'closed'
  readonly forced: boolean
  readonly window: string
  readonly rows: readonly WindowRow[]
}

interface OpenSnapshot {
  readonly name: 'open'
  /** How long it had been open, and how long it had left: null when forced. */
  readonly forMs: number
  readonly leftMs: number | null
  readonly cause: TransitionCause
  readonly counts: CallCounts
}

interface HalfOpenSnapshot {
  readonly name: 'half-open'
  readonly successes: number
  /** Missing means none: earlier versions wrote none. */
  readonly failures?: number
  readonly opened: OpenSnapshot
}

/** A breaker as JSON, for another process or a later one. Calls in flight are not in it. */
export interface BreakerSnapshot {
  readonly version: 1
  readonly name: string
  /** In milliseconds since the epoch. */
  readonly savedAt: number
  readonly openings: number
  readonly totals: BreakerTotals
  readonly state: ClosedSnapshot | OpenSnapshot | HalfOpenSnapshot
}

export function snapshotOf<R>(machine: BreakerMachine<R>, settings: BreakerSettings<R>): BreakerSnapshot {
  const { name, clock, window } = settings
  const now = clock.now()
  const { openings } = machine
  const totals = { ...machine.totals }
  const state = describeState(machine.stateAt(now), window, now)
  return { version: 1, name, savedAt: clock.wallNow(), openings, totals, state }
}

/** @throws TypeError when `snapshot` is not one. */
export function restoreInto<R>(
  machine: BreakerMachine<R>,
  snapshot: BreakerSnapshot,
  settings: BreakerSettings<R>,
): void {
  const { version, savedAt, openings, totals, state } = snapshot
  if (version !== 1)
    throw new TypeError(`CircuitBreaker.fromJSON: version is ${String(version)}; allowed is 1`)
  // A wall clock that was set back would make the past longer; it passes no time instead.
  const passedMs = Math.max(0, settings.clock.wallNow() - savedAt)
  machine.restore(readState(state, machine, settings, settings.clock.now() - passedMs), openings, totals)
}

function describeState(state: BreakerState, window: string, now: number): BreakerSnapshot['state'] {
  if (state.name === 'closed') {
    return { name: 'closed', forced: state.forced, window, rows: state.window.rows(now) }
  }
  if (state.name === 'open') return describeOpen(state, now)
  const { successes, failures, opened } = state
  return { name: 'half-open', successes, failures, opened: describeOpen(opened, now) }
}

function describeOpen({ since, until, cause, counts }: OpenState, now: number): OpenSnapshot {
  const leftMs = until === Infinity ? null : Math.max(0, until - now)
  return { name: 'open', forMs: now - since, leftMs, cause, counts }
}

/** `savedAt` on the scale of this process's `clock.now()`. */
function readState<R>(
  state: BreakerSnapshot['state'],
  machine: BreakerMachine<R>,
  settings: BreakerSettings<R>,
  savedAt: number,
): BreakerState {
  if (state.name === 'open') return readOpen(state, savedAt)
  if (state.name === 'closed') {
    const window = machine.newWindow()
    if (state.window === settings.window) window.restore(state.rows, savedAt)
    return new ClosedState(window, state.forced)
  }
  const halfOpen = new HalfOpenState(readOpen(state.opened, savedAt))
  // Under a smaller threshold than when it was saved, it still waits for one more success.
  halfOpen.successes = Math.min(state.successes, settings.successThreshold - 1)
  halfOpen.failures = Math.min(state.failures ?? 0, failuresToReopen(settings) - 1)
  halfOpen.admitted = halfOpen.successes + halfOpen.failures
  return halfOpen
}

function readOpen({ forMs, leftMs, cause, counts }: OpenSnapshot, savedAt: number): OpenState {
  return new OpenState(savedAt - forMs, leftMs === null ? Infinity : savedAt + leftMs, cause, counts)
}
