import type {
  AuthConfig,
  ConnectionSettings,
  OwnLimits,
  RedirectSetting,
  ResponseRule,
  StreamLimits,
} from '../fetch/index.js'
import type {
  FormatConfig,
  HookModule,
  LiftRule,
  RecordRules,
  RecordsPlace,
  Where,
} from '../records/index.js'
import type { Quality } from '../summary/index.js'
import type { ComputedValue, Reference } from '../references/index.js'
import type { PaginationConfig, TotalPlace } from './pagination/kinds.js'
import type { PartitionConfig } from './partitions/partition-config.js'
import type { AddConfig } from './added-fields.js'
import type { BodyConfig } from './requests/request-body.js'
import type { QueryTemplate } from './requests/stream-url.js'
import type { SinceConfig } from './since/since-config.js'
import type { StreamHooks } from './stream-hooks.js'

/** One kind of record of an API, acquired page by page: its source's keys and its own. */
export interface StreamConfig extends ConnectionSettings, Omit<RecordRules, 'add' | 'schema'> {
  /** What its records get besides: texts with references, other constants, paths and expressions. */
  readonly add?: AddConfig | undefined
  /**
   * Unique within the pipeline: `acme.tasks`, or the source's name for the stream of a source that has only one.
   * It names the stream in summary, ledger and logs.
   */
  readonly name: string
  /** The API that it belongs to. */
  readonly source: string
  readonly baseUrl: string
  /**
   * It may have a query: `/items?status=active`, and references: `/projects/{project.id}/tasks`. One that is
   * computed is a path without a query, or a URL at the origin of `baseUrl`.
   */
  readonly path: string | ComputedValue
  readonly query: Readonly<Record<string, QueryTemplate>>
  readonly headers: Readonly<Record<string, string | ComputedValue>>
  /** Default GET, with a body POST. */
  readonly method?: string | undefined
  readonly body?: BodyConfig | undefined
  /** What it is taken in parts by: for each record of another stream, for each of a list of values. */
  readonly for?: readonly PartitionConfig[] | undefined
  /** What streams below it refer to of its own parts. Default nothing. */
  readonly passes?: readonly Reference[] | undefined
  /** How later runs ask for what is new alone. Default: each run takes all. */
  readonly since?: SinceConfig | undefined
  /** What becomes of records whose fields are not what earlier runs have found. Default `evolve`. */
  readonly contract?: 'evolve' | 'freeze' | 'quarantine' | undefined
  /** Whether records that a run which takes all does not see are marked as deleted. Default false. */
  readonly markDeleted?: boolean | undefined
  /** Who puts credentials into the requests, beside `headers`. Default: nobody. */
  readonly auth?: AuthConfig | undefined
  /** Whether cookies that its server sets are kept, for the run, and sent back to it. Default false. */
  readonly cookies?: boolean | undefined
  /** Which redirects of its pages are followed. Default `sameOrigin`. */
  readonly redirects?: RedirectSetting | undefined
  readonly pagination: PaginationConfig
  /** What its pages are. Default JSON. */
  readonly format?: FormatConfig | undefined
  /** Where a page has its records; a path is that of a list, and empty when the page itself is the list. */
  readonly records: string | RecordsPlace
  /** Objects whose fields become fields of the records, first of all. Default none. */
  readonly lift?: readonly LiftRule[] | undefined
  /** Which records are taken. Default all. */
  readonly where?: Where | undefined
  /** What the source says its total number of records is: a path to it, or its header. */
  readonly total?: TotalPlace | undefined
  /** Path to what a page carries only when it is an error (`error.message`), although its status is 200. */
  readonly errorPath?: string | undefined
  /** What responses mean: the stream's own rules, then its source's; the first match decides. Default none. */
  readonly responses?: readonly ResponseRule[] | undefined
  /**
   * Whether a request may be sent again after it has left, so that the server may have acted on it already.
   * Default: GET, HEAD, and POST where the stream has a pagination.
   */
  readonly retryable?: boolean | undefined
  /** Code where declaring ends. Default none. */
  readonly hooks?: StreamHooks | undefined
  /** The file that has them, where they stand in one: its hash, and where threads find them. */
  readonly hookModule?: (HookModule & { readonly hash: string }) | undefined
  /** What its results have to be for it to count as complete. */
  readonly quality?: Quality | undefined
  /** Its source's, with what the stream has of its own; `ownLimits` hold beside them. */
  readonly limits: StreamLimits
  readonly ownLimits?: OwnLimits | undefined
}
