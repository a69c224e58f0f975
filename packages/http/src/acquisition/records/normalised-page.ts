import type { FieldSums } from './field-sums.js'
import type { InferredTypes } from './inferred-types.js'
import type { PlannedChildren } from './child-plans.js'
import type { PageInvalidCode } from './page-invalid-error.js'
import { PageInvalidError } from './page-invalid-error.js'
import type { PageNote } from './page-notes.js'

/** A record as it is stored: whoever takes pages in hand need not look into it. */
export interface AcceptedRecord {
  /** Unique within its stream. */
  readonly id: string
  /** Its `updatedAt` in epoch milliseconds; null where none can be read. The newer of two records stays. */
  readonly updatedMs: number | null
  /** Its fields in the target's names and forms, as a JSON object. */
  readonly json: string
}

/** A record that could not be taken, with why. */
export interface RejectedRecord {
  /** Place in its page, from 0. */
  readonly index: number
  /** Where it can be read. */
  readonly id?: string | undefined
  /** Literal and countable: `MISSING_FIELD`, `AMBIGUOUS_NUMBER`. */
  readonly code: string
  /** The target field. */
  readonly field?: string | undefined
  readonly reason: string
  /** The record as the source gave it, as JSON. */
  readonly raw: string
}

/** An optional field that became null in records of a page. */
export interface UnreadableField {
  readonly field: string
  readonly count: number
  /** Of the first. */
  readonly reason: string
}

/** What was made of a page. */
export interface NormalisedPage {
  /** How many records the page held, good or bad. */
  readonly recordCount: number
  readonly records: readonly AcceptedRecord[]
  readonly rejects: readonly RejectedRecord[]
  /** How many records `where` leaves out: they are neither taken nor rejected. */
  readonly filtered?: number | undefined
  /** By child stream: the values of each part that the records begin. */
  readonly children?: PlannedChildren['children'] | undefined
  /** Records that begin no part, because a value is missing in them. */
  readonly unplanned?: PlannedChildren['unplanned'] | undefined
  /** Optional fields that could not be read and became null. */
  readonly warnings: number
  /** The same by field, where there are some. */
  readonly unreadable?: readonly UnreadableField[] | undefined
  /** What is worth knowing of the records, where there is something. */
  readonly notes?: readonly PageNote[] | undefined
  /** About what records and rejects take in memory, in bytes. Default: what the body took. */
  readonly weight?: number
  /** Texts from which a configured secret was taken. */
  readonly redactions: number
  /** Of its records' numbers. Default: nobody knows them. */
  readonly sums?: FieldSums | undefined
  /** Of the fields whose types nobody has declared. Default: there are none. */
  readonly types?: InferredTypes | undefined
  /** The values at the paths that pagination and coverage asked for; undefined where the body has none. */
  readonly paging: PagingValues
  /** The highest value of what tells how new a record is: canonical text. */
  readonly highest?: string | undefined
  /** Records in which that cannot be read. */
  readonly cursorsUnread?: number | undefined
  /** A record is older than what is known. */
  readonly reachedKnown?: boolean | undefined
  /** Of the raw records, to notice a page served twice. */
  readonly fingerprint: string
}

/** What of paging a page may say. */
export type PagingName = 'totalRecords' | 'totalPages' | 'next' | 'hasMore'

/** What names a next page: a cursor, or a URL. A number whose digits a double would not keep is a text. */
export type Token = string | number

/** What a page says of the pages after it; undefined where it says nothing. */
export interface PagingValues {
  readonly totalRecords?: number | undefined
  readonly totalPages?: number | undefined
  /** Cursor or next URL; null or empty when the source says there is none. */
  readonly next?: Token | null | undefined
  /** Further cursors, by name. */
  readonly params?: Readonly<Record<string, Token | null | undefined>> | undefined
  readonly hasMore?: boolean | undefined
  /** At whose configured paths nothing stands. */
  readonly unfound?: readonly PagingName[] | undefined
  /** At whose paths stands what makes no sense there. */
  readonly unread?: readonly PagingName[] | undefined
  /** A rule of `endWhen` holds, or the status that `endStatus` tells does: no page is behind this one. */
  readonly end?: boolean | undefined
  readonly endStatus?: number | undefined
}

/** What a page's bytes say. Plain data, because an error that crosses a thread loses its class. */
export type PageReading = PageObservations &
  (
    | { readonly ok: true; readonly page: NormalisedPage }
    | {
        readonly ok: false
        readonly code: PageInvalidCode
        readonly message: string
        /** What it says of paging, where it only has no records. */
        readonly paging?: PagingValues | undefined
      }
  )

interface PageObservations {
  /**
   * What stands at the paths that the instructions observe, as a message shows it; only where something
   * stands.
   */
  readonly observed: Readonly<Record<string, string>>
  /**
   * The names on the way to the records, by which an error is told from a page that leaves its records out.
   * Undefined where something else stands in the records' place.
   */
  readonly names?: readonly string[] | undefined
  /** null stands in the records' place. */
  readonly isNull?: true | undefined
}

/** @throws PageInvalidError when the page cannot be used. */
export function usablePage(reading: PageReading): NormalisedPage {
  if (reading.ok) return reading.page
  throw new PageInvalidError(reading.code, reading.message)
}
