import type { Reason } from './manifest/refusal.js'

/** A stream that was converted. */
export interface ConvertedStream {
  readonly name: string
  /** In the pipeline: `acme.projects`. */
  readonly fullName: string
  /** What a person should look at. */
  readonly notes: readonly string[]
}

/** A stream that was not converted, and why. */
export interface RefusedStream extends Reason {
  readonly name: string
}
