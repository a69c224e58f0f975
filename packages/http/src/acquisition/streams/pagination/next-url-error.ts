import { AsyncPatternsError } from 'async-patterns'

/** The source points to a next page that must not or cannot be fetched. */
export class NextUrlError extends AsyncPatternsError {
  /**
   * `NEXT_URL_FOREIGN`: it lies at another origin. `NEXT_URL_INVALID`: it is no HTTP URL.
   * `LINK_HEADER_INVALID`: the header that would name it cannot be read. `CURSOR_INVALID`: the cursor cannot
   * be sent where cursors go.
   */
  readonly code: 'NEXT_URL_FOREIGN' | 'NEXT_URL_INVALID' | 'LINK_HEADER_INVALID' | 'CURSOR_INVALID'

  constructor(code: NextUrlError['code'], message: string) {
    super(message)
    this.code = code
  }
}
