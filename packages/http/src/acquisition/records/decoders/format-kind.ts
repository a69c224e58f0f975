import type { SchemaParts, SchemaShape } from '../../schema/index.js'

/** What is known of a body besides its bytes. */
export interface BodyHead {
  readonly contentType?: string | undefined
  /** What a value may take of the thread's memory once it is parsed. */
  readonly maxParsedBytes: number
}

/** A body as it was read. */
export interface Decoded {
  /** The value that paths point into; undefined where the body is nothing but rows. */
  readonly body?: unknown
  /**
   * The records, each read when it is asked for: plain values, and a `BadRow` for each that is none. Undefined
   * where they lie in the body. Asking throws PageInvalidError for what is wrong with the page.
   */
  readonly rows?: Iterable<unknown> | undefined
}

/** @throws PageInvalidError */
export type Decode = (bytes: Uint8Array, head: BodyHead) => Decoded

/** A format that pages may have. To add one: a file beside this, and a line in `kinds.ts`. */
export interface FormatKind<O extends { readonly type: string }> {
  readonly type: O['type']
  /** A line of the documentation's table. */
  readonly summary: string
  /** The media types to ask a server for. */
  readonly accept: string
  /** Its keys in a pipeline file, beside `type`. */
  readonly schema: (parts: SchemaParts) => SchemaShape
  readonly decoder: (options: O) => Decode
}
