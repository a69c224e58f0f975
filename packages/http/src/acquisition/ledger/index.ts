export type {
  AttemptFailure,
  CommitAnswer,
  DepartureRow,
  GiveBack,
  Journal,
  KeptCursor,
  Ledger,
  NoticeRow,
  OwedQuiet,
  QuietRow,
  OpenOptions,
  OpenPages,
  PlannedStream,
  QuotaUse,
  RecordChange,
  RejectedRow,
  Run,
  RunBeginning,
  RunPlan,
  StoredRecords,
} from './ledger.js'
export {
  DamagedLedgerError,
  JoinRefusedError,
  LedgerError,
  LedgerLockedError,
  OtherPipelineError,
  PlanChangedError,
} from './ledger-errors.js'
export type {
  Claim,
  Notice,
  PageCommit,
  PageError,
  PageOrder,
  PageRef,
  PageState,
  PageWindow,
  Partition,
  StopReason,
  StreamCursor,
} from './page.js'
export { LARGEST_RANK, orderOf, RANKS_OF_PARTITION } from './page.js'
export type { SqliteLedgerOptions } from './sqlite/sqlite-ledger.js'
export { SqliteLedger } from './sqlite/sqlite-ledger.js'
export { SqliteReader } from './sqlite/sqlite-reader.js'
