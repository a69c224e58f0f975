/** What is known of a stream's records where its pages are converted. */
export interface PagedRecords {
  /** The path of the records in a page, as keys. */
  readonly path: readonly (string | number)[]
  /** The path of the base of the requests: next pages may be told by what follows it. */
  readonly base: string
  /** Where a field of the records stands in the raw ones. */
  readonly rawPath: (keys: readonly (string | number)[]) => string
}
