/** So many, or a share of all: `5`, `5%`. */
export type Allowance = number | string

/** What a stream's results have to be for it to count as complete. What is absent is not asked for. */
export interface Quality {
  /** Of the records that came. */
  readonly maxRejected?: Allowance | undefined
  /** Of the total that the source tells. */
  readonly maxMissing?: Allowance | undefined
  readonly minRecords?: number | undefined
}
