import type { RunStatus } from '../../measurements/index.js'
import type { DeliveredEvent, DeliveryFailedEvent } from '../sinks/index.js'

/** What a run tells while it goes on. Texts are free of configured secrets. */
export type AcquireEvent =
  | RunOpenedEvent
  | DepartureEvent
  | PageDoneEvent
  | AttemptFailedEvent
  | PageFailedEvent
  | ThrottledEvent
  | NoticeEvent
  | BreakerMovedEvent
  | SourceGaveUpEvent
  | WarningEvent
  | StoppingEvent
  | DeliveredEvent
  | DeliveryFailedEvent
  | FinishedEvent

/** A run began, or goes on where an earlier one stopped. */
export interface RunOpenedEvent {
  readonly type: 'run-opened'
  readonly runId: string
  readonly resumed: boolean
  readonly sources: readonly string[]
}

/** A request's head was written. */
export interface DepartureEvent {
  readonly type: 'departure'
  readonly source: string
  readonly pageId: string
  readonly attempt: number
}

/** A page was committed. */
export interface PageDoneEvent {
  readonly type: 'page-done'
  readonly source: string
  readonly pageId: string
  readonly records: number
  readonly rejects: number
  /** Pages of the source that are known and not done. */
  readonly openPages: number
}

/** An attempt at a page failed; another one may follow. */
export interface AttemptFailedEvent {
  readonly type: 'attempt-failed'
  readonly source: string
  readonly pageId: string
  readonly attempt: number
  readonly code: string
  readonly message: string
  /** Of the URL that was asked, with its query; no secret stands in it. */
  readonly path: string
}

/** A page has used its tries, or no try can help. */
export interface PageFailedEvent {
  readonly type: 'page-failed'
  readonly source: string
  readonly pageId: string
  readonly code: string
  readonly message: string
  /** Of the URL that was asked, with its query; no secret stands in it. */
  readonly path: string
}

/** The server asked for less, in this run or an earlier one: nothing departs to the endpoint for so long. */
export interface ThrottledEvent {
  readonly type: 'throttled'
  readonly source: string
  readonly waitMs: number
  /** ISO 8601. */
  readonly until: string
  /** `429 of page 7 of shop (retry-after)`. */
  readonly askedBy: string
}

/** Something that is no error, but should be known. */
export interface NoticeEvent {
  readonly type: 'notice'
  readonly source: string
  readonly code: string
  readonly message: string
}

/** A source's circuit breaker moved from one state to another. */
export interface BreakerMovedEvent {
  readonly type: 'breaker'
  readonly source: string
  readonly from: string
  readonly to: string
  readonly cause: string
}

/** The source's breaker has not closed for too long; its other pages are left for the next run. */
export interface SourceGaveUpEvent {
  readonly type: 'source-gave-up'
  readonly source: string
  readonly message: string
}

/** Something that the configuration asks for is not as it should be. */
export interface WarningEvent {
  readonly type: 'warning'
  readonly source: string
  readonly message: string
}

/** No further page is begun; those in flight have `graceMs`. */
export interface StoppingEvent {
  readonly type: 'stopping'
  readonly reason: 'interrupted' | 'timeout'
  readonly graceMs: number
}

/** The run has ended and its results are where they belong; sinks that failed have told so. */
export interface FinishedEvent {
  readonly type: 'finished'
  readonly status: RunStatus
}
