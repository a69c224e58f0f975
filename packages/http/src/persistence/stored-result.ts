import type { RequestResult } from '../engines/index.js'

/**
 * One request's result as it is written to a file; `engine` says whose it is where several write to one file.
 */
export interface StoredResult extends RequestResult {
  readonly engine?: string
}
