import type { PageRef } from '../../ledger/index.js'
import { newPage } from '../pagination/page-sequence.js'

/** What a partition hook knows. */
export interface PartitionContext {
  /** Full name of the stream. */
  readonly stream: string
  /** When the run began, in ISO 8601. */
  readonly now: string
  /** The run's id. */
  readonly run: string
  /** Aborted when the values are not waited for any longer. */
  readonly signal: AbortSignal
}

/** Gives records, each of which begins a part of the stream: `{ id: 17 }` for `{shop.id}`. */
export type PartitionHook = (context: PartitionContext) => AsyncIterable<object> | Iterable<object>

/**
 * A page that is not fetched: it stands for a portion of the values that a partition hook gives, from 1. So what is
 * planned is committed like what is fetched.
 */
export function partitionPage(stream: string, portion: number): PageRef {
  return newPage(stream, `partitions=${portion}`, portion, { partitions: portion })
}

/** Which portion the page stands for; undefined for a page that is fetched. */
export function portionOf({ state }: PageRef): number | undefined {
  const { partitions } = state
  return typeof partitions === 'number' ? partitions : undefined
}
