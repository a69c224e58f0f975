export type { AcquireOptions } from './acquire.js'
export { acquire } from './acquire.js'
export type {
  ConfigInputs,
  ConfigProblem,
  LoadedConfig,
  MappingInput,
  PaginationInput,
  PipelineConfig,
  PipelineInput,
  Setting,
  SettingFlags,
} from './configuration/index.js'
export {
  closest,
  ConfigError,
  defineConfig,
  loadConfig,
  parseConfig,
  pipelineJsonSchema,
  settings,
  settingsHelp,
} from './configuration/index.js'
export type {
  AuthConfig,
  AuthKind,
  Authorizer,
  AuthorizerParts,
  BreakerLimits,
  DepartureLimiter,
  EndpointLimit,
  Health,
  Limits,
  MintedToken,
  OutgoingRequest,
  PageRequest,
  PoliteLimits,
  Quiet,
  ResponseAction,
  ResponseRule,
  RetryLimits,
  StreamHealth,
  StreamLimits,
  Tokens,
  WatchedStream,
} from './fetch/index.js'
export { EmbeddedHealth, EmbeddedLimits, HttpStatusError, MemoryTokens } from './fetch/index.js'
export type {
  AttemptFailure,
  Claim,
  CommitAnswer,
  DepartureRow,
  GiveBack,
  Journal,
  Ledger,
  Notice,
  NoticeRow,
  OwedQuiet,
  QuietRow,
  OpenOptions,
  OpenPages,
  PageCommit,
  PageError,
  PageRef,
  PageState,
  PlannedStream,
  RecordChange,
  RejectedRow,
  Run,
  RunPlan,
  SqliteLedgerOptions,
  StopReason,
  StreamCursor,
} from './ledger/index.js'
export {
  JoinRefusedError,
  DamagedLedgerError,
  LedgerError,
  LedgerLockedError,
  OtherPipelineError,
  PlanChangedError,
  SqliteLedger,
} from './ledger/index.js'
export { MissingPackageError } from '../persistence/index.js'
export type {
  ConsumeOptions,
  DeliveryContext,
  EmbeddedQueueOptions,
  PageHandler,
  PageQueue,
  QueuedStream,
  Redelivery,
} from './queue/index.js'
export { EmbeddedQueue } from './queue/index.js'
export type {
  AcceptedRecord,
  FieldMapping,
  FieldType,
  FieldTypeKind,
  FieldValue,
  Mapping,
  Money,
  NormalisedPage,
  Normaliser,
  NormalisePoolOptions,
  PageHeaders,
  PageInvalidCode,
  PageReader,
  PageReading,
  PagingPaths,
  PagingValues,
  ReadingInstructions,
  RejectedRecord,
} from './records/index.js'
export { NormalisePool, PageInvalidError, pageReader } from './records/index.js'
export type {
  AcquireEvent,
  AttemptFailedEvent,
  BreakerMovedEvent,
  DepartureEvent,
  FinishedEvent,
  NoticeEvent,
  PageDoneEvent,
  PageFailedEvent,
  Ports,
  RunOpenedEvent,
  SourceGaveUpEvent,
  StoppingEvent,
  ThrottledEvent,
} from './run/index.js'
export { Secrets } from './secrets/index.js'
export type { DeliveredRun, Sink, SinkKind } from './sinks/index.js'
export { resultPaths } from './sinks/index.js'
export type { Pagination, PaginationConfig, PaginationKind, Seen, StreamConfig } from './streams/index.js'
export { NextUrlError, paginationKinds, readingInstructionsOf } from './streams/index.js'
export type {
  BreakerTransition,
  ErrorSummary,
  FieldAverage,
  NoticeSummary,
  ProductSummary,
  RecordSummary,
  ResultPaths,
  RunStatus,
  SourceErrorSummary,
  SourceSummary,
  Summary,
  SummaryMoney,
  Totals,
} from '../measurements/index.js'
export type {
  ErrorCount,
  NoticeCount,
  RunData,
  RunEnd,
  StoredRecord,
  StreamCounts,
  TransitionRow,
} from './summary/index.js'
