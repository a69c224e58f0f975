import type { FieldValue } from './types/field-type.js'
import type { FieldType } from './types/kinds.js'

/** How one target field is taken from a record. `path` is dotted: `preis.betrag`, `images[0].url`. */
export type FieldMapping = FieldType & {
  readonly path: string
  /**
   * A record whose required field cannot be read is rejected; an optional one becomes null, with a warning.
   */
  readonly required: boolean
  /** Taken when the value is missing or null; never for a value that cannot be read. */
  readonly default?: FieldValue | undefined
}

/**
 * Target field to its origin. `id` must be there where the stream does not say apart what tells its records
 * apart; a field `updatedAt` decides which of two records is the
 * newer one.
 */
export type Mapping = Readonly<Record<string, FieldMapping>>
