export type { FormatConfig } from './decoders/kinds.js'
export { acceptOf, formats } from './decoders/kinds.js'
export { markNumbers } from './decoders/mark-numbers.js'
export type { BodyEndRule } from './end-rules.js'
export { answerOf, hookFailure, thrownText } from './hooks/hook-failure.js'
export { inTime } from './hooks/in-time.js'
export { jsonValue } from './hooks/plain-value.js'
export type {
  HookModule,
  HookResponse,
  NextPage,
  PagedResponse,
  PageHookContext,
  ReadingHooks,
} from './hooks/reading-hooks.js'
export { READING_HOOKS } from './hooks/reading-hooks.js'
export type { FieldSums } from './field-sums.js'
export { numericFieldsOf } from './field-sums.js'
export type { InferredTypes } from './inferred-types.js'
export { fits, merged, TYPES, typesText } from './inferred-types.js'
export type { Column } from './columns.js'
export { columnsOf, DELETED_AT, RECORD_ID } from './columns.js'
export { inferredSchema } from './inferred-schema.js'
export { MOST_FIELDS } from './types-of-fields.js'
export type { BodyProbe } from './body-probes.js'
export { probeKey } from './body-probes.js'
export type { FieldMapping, Mapping } from './mapping.js'
export { childrenReader, MARK } from './child-plans.js'
export type { ChildPlan, ChildValues, Unplanned } from './child-plans.js'
export type { PageContext } from './page-context.js'
export type { PageHeaders, PageReader } from './normalise-page.js'
export type { ReadingInstructions } from './reading-instructions.js'
export type { Scalar, Where, WhereRule } from './where.js'
export type { AddRule, AddRules } from './added-fields.js'
export { compileExpression } from './expression.js'
export { recordFilter } from './record-filter.js'
export { pathTree } from './path-tree.js'
export type { IdRule } from './record-id.js'
export { isRecord } from './is-record.js'
export type { LiftRule } from './lifted-rows.js'
export type { RecordRules } from './record-mapper.js'
export type { RecordsPlace } from './records-place.js'
export { pageReader } from './normalise-page.js'
export type { Normaliser, NormalisePoolOptions } from './normalise-pool.js'
export { NormalisePool } from './normalise-pool.js'
export type {
  AcceptedRecord,
  NormalisedPage,
  UnreadableField,
  PageReading,
  PagingName,
  PagingValues,
  RejectedRecord,
  Token,
} from './normalised-page.js'
export { usablePage } from './normalised-page.js'
export { tells } from './records-way.js'
export type { PageInvalidCode } from './page-invalid-error.js'
export { PageInvalidError } from './page-invalid-error.js'
export type { PagingPaths, PagingPlace } from './paging-values.js'
export { isToken, meansNone } from './paging-values.js'
export type { ColumnType } from './types/column-type.js'
export type { FieldTypeKind, FieldValue, JsonSchema, Money } from './types/field-type.js'
export type { FieldType } from './types/kinds.js'
export { fieldTypes, storedSchema } from './types/kinds.js'
