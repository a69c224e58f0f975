import type { AsyncPatternsErrorOptions } from 'async-patterns'
import { AsyncPatternsError } from 'async-patterns'

/** What can be wrong with a page as a whole, although its status was 200. */
export type PageInvalidCode =
  /** No byte, or only white space. */
  | 'EMPTY_BODY'
  /** The bytes are not text in the character set that was announced (UTF-8 unless told otherwise). */
  | 'INVALID_ENCODING'
  /** The announced character set is unknown here. */
  | 'UNSUPPORTED_CHARSET'
  /** HTML or XML where JSON was due. */
  | 'MARKUP_NOT_JSON'
  /** JSON that ends in its middle. */
  | 'TRUNCATED_JSON'
  | 'INVALID_JSON'
  /** A gzip, a table or lines that end in their middle. */
  | 'TRUNCATED_BODY'
  | 'INVALID_GZIP'
  /** Unpacked, it is over the page's limit. */
  | 'BODY_TOO_LARGE'
  /** JSON, markup or a plain message where rows were due. */
  | 'UNEXPECTED_FORMAT'
  /** A table whose header does not name each column by a name of its own. */
  | 'INVALID_HEADER'
  /** JSON that reports an error instead of records. */
  | 'ERROR_BODY'
  /** JSON without the array that the source's `records` names. */
  | 'NO_RECORDS'
  /** What an expression was to compute for a request cannot be computed. */
  | 'EXPR_FAILED'
  /** A record of it does not fit the schema that is kept, under `contract: freeze`. */
  | 'SCHEMA_MISMATCH'
  /** A hook of the stream threw, or gave back what is not allowed. */
  | 'HOOK_FAILED'
  /** It has more records than the stream allows. */
  | 'TOO_MANY_RECORDS'
  /** It takes more memory to read than a worker thread may have. */
  | 'TOO_HEAVY'
  /** It took a worker thread longer than a page may; the thread was ended. */
  | 'TOO_SLOW'
  /** The worker thread ended, for another reason, while it had this page. */
  | 'WORKER_DIED'

/** The page gives no records at all; another try may, but where it is too much for us. Single bad records are rejects, not this. */
export class PageInvalidError extends AsyncPatternsError {
  readonly code: PageInvalidCode

  constructor(code: PageInvalidCode, message: string, options?: AsyncPatternsErrorOptions) {
    super(message, options)
    this.code = code
  }
}
