export type {
  AcquireEvent,
  AttemptFailedEvent,
  BreakerMovedEvent,
  DepartureEvent,
  FinishedEvent,
  NoticeEvent,
  PageDoneEvent,
  PageFailedEvent,
  RunOpenedEvent,
  SourceGaveUpEvent,
  StoppingEvent,
  ThrottledEvent,
  WarningEvent,
} from './acquire-event.js'
export { LEASE_MS, LeaseKeeper } from './leases.js'
export { LedgerWriter } from './ledger-writer.js'
export { claimsOn } from './page-claims.js'
export { PageWork } from './page-work.js'
export type { Ports } from './ports.js'
export { ownedOrInjected } from './ports.js'
export { RunControl } from './run-control.js'
export { planOf } from './run-plan.js'
export { SampleBudget } from './sample-budget.js'
export { streamsOf, tellOwedQuiet } from './streams-of-run.js'
