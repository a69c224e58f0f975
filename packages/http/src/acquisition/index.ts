export type { PipelineConfig, SourceConfig, SourceLimits } from './config.js'
export type { ConfigProblem } from './configuration/config-error.js'
export { ConfigError } from './configuration/config-error.js'
export type { ConfigInputs, LoadedConfig } from './configuration/load-config.js'
export { loadConfig, parseConfig } from './configuration/load-config.js'
export { pipelineJsonSchema } from './configuration/pipeline-schema.js'
export type { PlanIdentity } from './configuration/plan-identity.js'
export { planIdentity } from './configuration/plan-identity.js'
export type { Setting, SettingFlags } from './configuration/settings.js'
export { settings, settingsHelp } from './configuration/settings.js'
export type { FieldMapping, FieldValue, Mapping, Money } from './mapping.js'
export type { NormalisePoolOptions } from './normalise/normalise-pool.js'
export { NormalisePool } from './normalise/normalise-pool.js'
export type { NormaliseInstructions, PageHeaders } from './normalise/normalise-page.js'
export { instructionsOf, normalisePage } from './normalise/normalise-page.js'
export type {
  AcceptedRecord,
  NormalisedPage,
  PagingFacts,
  RejectedRecord,
} from './normalise/normalised-page.js'
export type { PageInvalidCode } from './normalise/page-invalid-error.js'
export { PageInvalidError } from './normalise/page-invalid-error.js'
export { NextUrlError } from './pagination/next-url-error.js'
export type { NextPages, Pagination, PaginationConfig, StopReason } from './pagination/pagination.js'
export { paginationOf } from './pagination/pagination-of.js'
export { Secrets } from './secrets.js'
