/** What whoever meets an error can do about it, by its code; absent where its message says all. */
const REMEDIES: Readonly<Record<string, string>> = {
  NO_RECORDS: 'set records to the path of the array of records',
  MARKUP_NOT_JSON: 'a web page came instead of data, perhaps a login: check baseUrl, path and credentials',
  ERROR_BODY: 'check the query and the credentials',
  EMPTY_BODY: 'check path and query',
  ECONNREFUSED: 'nothing listens there: check host and port of baseUrl, and whether the service runs',
  ENOTFOUND: 'there is no such host: check baseUrl',
  EAI_AGAIN: 'the host name could not be looked up: check the network and baseUrl',
  TIMEOUT: 'raise limits.timeout, or lower limits.concurrency',
  HEAD_TOO_LARGE: 'raise limits.maxHeaderSize',
  BODY_TOO_LARGE: 'raise limits.maxPageSize, or ask for smaller pages',
  TOO_MANY_RECORDS: 'raise limits.maxRecordsPerPage, or ask for smaller pages',
  HTTP_400: 'check path, query and pagination',
  HTTP_401: 'check the credentials in headers, query or auth',
  HTTP_403: 'check the credentials in headers, query or auth, and what they may read',
  HTTP_404:
    'check baseUrl and path; where this is how the source ends, set pagination.endWhen: { status: 404 }',
  HTTP_422: 'check path, query and pagination',
  HTTP_429: 'lower limits.rate',
  GAVE_UP: 'the same command goes on with it later',
  LOOP: 'check the names of the pagination parameters: the source may not know them',
  MAX_PAGES: 'raise pagination.maxPages',
}

/** Undefined where the error's message says all that can be said. */
function remedyOf(code: string): string | undefined {
  return Object.hasOwn(REMEDIES, code) ? REMEDIES[code] : undefined
}

/** An error as a line: `HTTP_404 at /items?page=3: The server answered 404; check baseUrl and path`. */
export function errorText({
  code,
  message,
  path,
}: {
  readonly code: string
  readonly message: string
  readonly path: string | null
}): string {
  const remedy = remedyOf(code)
  return `${code}${path === null ? '' : ` at ${path}`}: ${message}${remedy === undefined ? '' : `; ${remedy}`}`
}
