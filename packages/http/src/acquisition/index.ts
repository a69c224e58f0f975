export type { AcquireOptions } from './acquire.js'
export { acquire } from './acquire.js'
export type {
  AcquireEvent,
  AttemptFailedEvent,
  BreakerEvent,
  DepartureEvent,
  FinishedEvent,
  PageDoneEvent,
  PageFailedEvent,
  RunOpenedEvent,
  SourceGaveUpEvent,
  StoppingEvent,
  ThrottledEvent,
} from './run/acquire-event.js'
export type {
  BreakerLimits,
  PipelineConfig,
  RetryLimits,
  SourceConfig,
  SourceLimits,
} from './streams/config.js'
export type { ConfigProblem } from './configuration/config-error.js'
export { ConfigError } from './configuration/config-error.js'
export type { ConfigInputs, LoadedConfig } from './configuration/load-config.js'
export { loadConfig, parseConfig } from './configuration/load-config.js'
export { pipelineJsonSchema } from './configuration/pipeline-schema.js'
export type { Setting, SettingFlags } from './configuration/settings.js'
export { settings, settingsHelp } from './configuration/settings.js'
export type { EmbeddedQueueOptions } from './queue/embedded-queue.js'
export { EmbeddedQueue } from './queue/embedded-queue.js'
export { HttpStatusError } from './fetch/http-status-error.js'
export type {
  AttemptFailure,
  Departure as LedgerDeparture,
  Journal,
  KnownPage,
  Ledger,
  PlannedSource,
  RejectedRow,
  Run,
  RunEnd,
  RunPlan,
  RunStatus,
  TransitionRow,
} from './ledger/ledger.js'
export { LedgerError, LedgerLockedError, PlanChangedError } from './ledger/ledger-errors.js'
export type {
  DateType,
  FieldMapping,
  FieldType,
  FieldValue,
  Mapping,
  Money,
  MoneyType,
} from './records/mapping.js'
export type {
  AcceptedRecord,
  NormalisedPage,
  PagingFacts,
  RejectedRecord,
} from './records/normalised-page.js'
export type { PageInvalidCode } from './records/page-invalid-error.js'
export { PageInvalidError } from './records/page-invalid-error.js'
export type { Claim, PageCommit, PageError, PageRef } from './ledger/page.js'
export type {
  ConsumeOptions,
  DeliveryContext,
  PageHandler,
  PageQueue,
  Redelivery,
} from './queue/page-queue.js'
export { NextUrlError } from './streams/pagination/next-url-error.js'
export type { PaginationConfig, StopReason } from './streams/pagination/pagination.js'
export { MissingPackageError } from '../persistence/index.js'
export { Secrets } from './secrets/secrets.js'
export type { SqliteLedgerOptions } from './ledger/sqlite/sqlite-ledger.js'
export { SqliteLedger } from './ledger/sqlite/sqlite-ledger.js'
export type {
  BreakerTransition,
  ErrorSummary,
  ProductSummary,
  SourceErrorSummary,
  SourceSummary,
  Summary,
  Totals,
} from './summary/summary.js'
export type { ResultPaths } from './sinks/write-results.js'
export { resultPaths } from './sinks/write-results.js'
