const NOT_REACHED = 'check host and port of baseUrl, the network and the firewall'
const NO_ANSWER = 'the server may be overloaded, or speak https where baseUrl says http'
const NOT_WHOLE = 'the server, or a proxy before it, cuts its answers off: ask for smaller pages'

/** What whoever meets an error can do about it, by its code; absent where its message says all. */
const REMEDIES: Readonly<Record<string, string>> = {
  // The body.
  NO_RECORDS: 'set records to the path of the array of records',
  MARKUP_NOT_JSON: 'a web page came instead of data, perhaps a login: check baseUrl, path and credentials',
  INVALID_JSON: 'check baseUrl and path, and whether the source needs a format: JSON is read without one',
  TRUNCATED_JSON: NOT_WHOLE,
  TRUNCATED_BODY: NOT_WHOLE,
  INVALID_GZIP: NOT_WHOLE,
  UNEXPECTED_FORMAT: 'check path and credentials, and whether format is what the source answers',
  INVALID_HEADER: 'check delimiter, header and columns in format',
  ERROR_BODY: 'check the query and the credentials',
  EMPTY_BODY: 'check path and query',
  BODY_TOO_LARGE: 'raise limits.maxPageSize, or ask for smaller pages',
  TOO_MANY_RECORDS: 'raise limits.maxRecordsPerPage, or ask for smaller pages',
  TOO_SLOW: 'ask for smaller pages, or raise limits.pageTime',
  TOO_HEAVY: 'ask for smaller pages, or raise limits.maxPageSize',
  // The connection.
  ECONNREFUSED: 'nothing listens there: check host and port of baseUrl, and whether the service runs',
  ENOTFOUND: 'there is no such host: check baseUrl',
  EAI_AGAIN: 'the host name could not be looked up: check the network and baseUrl',
  CONNECT_TIMEOUT: NOT_REACHED,
  ETIMEDOUT: NOT_REACHED,
  EHOSTUNREACH: NOT_REACHED,
  ENETUNREACH: NOT_REACHED,
  CONNECTION_CLOSED: NO_ANSWER,
  ECONNRESET: NO_ANSWER,
  BAD_RESPONSE: 'check scheme, host and port of baseUrl: what answers there does not speak HTTP/1.1',
  TRUNCATED: NOT_WHOLE,
  TIMEOUT: 'raise limits.timeout, or lower limits.concurrency',
  HEAD_TOO_LARGE: 'raise limits.maxHeaderSize',
  PROXY_REFUSED: 'check proxy, or HTTP_PROXY and HTTPS_PROXY, and the credentials in it',
  // The status.
  HTTP_400: 'check path, query and pagination',
  HTTP_401: 'check the credentials in headers, query or auth',
  HTTP_403: 'check the credentials in headers, query or auth, and what they may read',
  HTTP_404:
    'check baseUrl and path; where this is how the source ends, set pagination.endWhen: { status: 404 }',
  HTTP_407: 'the proxy asks for a user and a password: http://user:password@host',
  HTTP_422: 'check path, query and pagination',
  HTTP_429: 'lower limits.rate',
  REDIRECT_LOOP: 'check baseUrl and path, and the credentials',
  TOO_MANY_REDIRECTS: 'check baseUrl and path, and the credentials',
  // The source.
  AUTH_FAILED: 'check the credentials and the addresses in auth',
  AUTH_UNAVAILABLE: 'the same command goes on with it later',
  GAVE_UP: 'the same command goes on with it later',
  LOOP: 'check the names of the pagination parameters, which the source may not know; where this is how it ends, set pagination.endWhen: { repeated: true }',
  NO_CURSOR: 'check the paths in pagination',
  MAX_PAGES: 'raise pagination.maxPages',
  ALL_REJECTED: 'check paths and types in mapping; rejected.jsonl has the records',
  TOO_MANY_REJECTED: 'rejected.jsonl has the records, and why',
  TOTAL_UNKNOWN: 'set total to the path of the number of records',
}

/** Undefined where the error's message says all that can be said. */
function remedyOf(code: string): string | undefined {
  if (code.startsWith('HTTP_5')) return "the fault is the server's: try again later"
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
  // With the same codes as the server's.
  const remedy = remedyOf(message.startsWith('the proxy ') ? 'PROXY_REFUSED' : code)
  return `${code}${path === null ? '' : ` at ${path}`}: ${message}${remedy === undefined ? '' : `; ${remedy}`}`
}
