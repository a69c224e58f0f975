/** How one target field is taken from a record. `path` is dotted: `preis.betrag`, `images[0].url`. */
export type FieldMapping = FieldType & {
  readonly path: string
  /** A record whose required field cannot be read is rejected; an optional one becomes null, with a warning. */
  readonly required: boolean
  /** Taken when the value is missing or null; never for a value that cannot be read. */
  readonly default?: FieldValue | undefined
}

export type FieldType =
  | { readonly type: 'string' }
  | { readonly type: 'integer'; readonly locale?: string | undefined }
  | { readonly type: 'decimal'; readonly locale?: string | undefined }
  | MoneyType
  | DateType
  | BooleanType

export interface BooleanType {
  readonly type: 'boolean'
  /** Further texts and numbers that mean true or false, besides JSON's own: `['ja', '1']`. */
  readonly trueValues?: readonly string[] | undefined
  readonly falseValues?: readonly string[] | undefined
}

/** Money is a decimal string and a currency, never a float; nothing is guessed. */
export interface MoneyType {
  readonly type: 'money'
  /** BCP 47 (`en`, `de`, `fr`, `de-CH`): which separators a string may hold. Without it an ambiguous string is rejected. */
  readonly locale?: string | undefined
  /** ISO 4217, for records that name none. A record that names another is rejected. */
  readonly currency?: string | undefined
  /** Path to the currency in the record. */
  readonly currencyPath?: string | undefined
  /** What a symbol stands for: `{ "$": "USD" }`. */
  readonly symbols?: Readonly<Record<string, string>> | undefined
  /** The number is in minor units (cents): divided by ten to the power of this. Default 0. */
  readonly minorUnits?: number | undefined
  /** What a word stands for: `{ free: "0.00" }`. */
  readonly words?: Readonly<Record<string, string>> | undefined
  readonly allowNegative?: boolean | undefined
}

export interface DateType {
  readonly type: 'date'
  readonly format: 'iso' | 'epoch-seconds' | 'epoch-milliseconds' | 'date'
  /** IANA zone or offset for texts that carry none; without it such a text is rejected. */
  readonly zone?: string | undefined
  /** Which of the two hours is meant when clocks are set back; without it such a time is rejected. */
  readonly repeatedHour?: 'first' | 'second' | undefined
}

/** Money as it is stored. */
export interface Money {
  /** A plain decimal with at least the currency's usual digits: `-12.50`, `0.125`. Never rounded. */
  readonly amount: string
  /** ISO 4217. */
  readonly currency: string
}

/**
 * What a normalised field can be. Integers beyond 2^53 and decimals are strings of digits; dates are ISO 8601
 * in UTC with milliseconds (`2026-03-01T12:00:00.000Z`), calendar dates `2026-03-01`.
 */
export type FieldValue = string | number | boolean | null | Money

/**
 * Target field to its origin. `id` must be there. The summary shows `id`, `title`, `price`, `category`,
 * `stock`, `updatedAt` and `url`; further fields are stored beside them.
 */
export type Mapping = Readonly<Record<string, FieldMapping>>
