/** What is known of a stream's records where its pages are converted. */
export interface PagedRecords {
  /** The path of the records in a page, as keys. */
  readonly path: readonly (string | number)[]
  /** Where a field of the records stands in the raw ones. */
  readonly rawPath: (keys: readonly (string | number)[]) => string
}
