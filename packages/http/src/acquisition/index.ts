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
} from './acquire-event.js'
export type { BreakerLimits, PipelineConfig, RetryLimits, SourceConfig, SourceLimits } from './config.js'
export type { ConfigProblem } from './configuration/config-error.js'
export { ConfigError } from './configuration/config-error.js'
export type { ConfigInputs, LoadedConfig } from './configuration/load-config.js'
export { loadConfig, parseConfig } from './configuration/load-config.js'
export { pipelineJsonSchema } from './configuration/pipeline-schema.js'
export type { Setting, SettingFlags } from './configuration/settings.js'
export { settings, settingsHelp } from './configuration/settings.js'
export type { EmbeddedQueueOptions } from './embedded-queue.js'
export { EmbeddedQueue } from './embedded-queue.js'
export { HttpStatusError } from './http-status-error.js'
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
} from './ledger.js'
export { LedgerError, LedgerLockedError, PlanChangedError } from './ledger-errors.js'
export type { DateType, FieldMapping, FieldType, FieldValue, Mapping, Money, MoneyType } from './mapping.js'
export type {
  AcceptedRecord,
  NormalisedPage,
  PagingFacts,
  RejectedRecord,
} from './normalise/normalised-page.js'
export type { PageInvalidCode } from './normalise/page-invalid-error.js'
export { PageInvalidError } from './normalise/page-invalid-error.js'
export type { Claim, PageCommit, PageError, PageRef } from './page.js'
export type { ConsumeOptions, DeliveryContext, PageHandler, PageQueue, Redelivery } from './page-queue.js'
export { NextUrlError } from './pagination/next-url-error.js'
export type { PaginationConfig, StopReason } from './pagination/pagination.js'
export { MissingPackageError } from '../persistence/index.js'
export { Secrets } from './secrets.js'
export type { SqliteLedgerOptions } from './sqlite/sqlite-ledger.js'
export { SqliteLedger } from './sqlite/sqlite-ledger.js'
export type {
  BreakerTransition,
  ErrorSummary,
  ProductSummary,
  SourceErrorSummary,
  SourceSummary,
  Summary,
  Totals,
} from './summary.js'
export type { ResultPaths } from './write-results.js'
export { resultPaths } from './write-results.js'
