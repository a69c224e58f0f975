/** What hints follow from. */
export interface HintEvidence {
  readonly url: string
  /** How many requests failed, by class. */
  readonly errors: Readonly<Record<string, number>>
  readonly succeeded: number
}

const UNTRUSTED =
  'the certificate is signed by nobody whom this machine trusts: --cacert FILE trusts its signer, --insecure checks nothing'

/** By the code of an error: what may be behind it, and what to do. */
const BY_CODE: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  CERT_HAS_EXPIRED: 'the certificate has expired; --insecure checks nothing',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'the certificate is for another name: ask for that name, or --insecure, which checks nothing',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the server does not speak TLS there: try http:// in place of https://',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'the server does not speak TLS there: try http:// in place of https://',
  ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL:
    'the server speaks HTTP/2 only, and this generator HTTP/1.1: let the server take HTTP/1.1 too',
  ENOTFOUND: 'nobody knows the name of the host',
  EAI_AGAIN: 'the name of the host could not be looked up',
  BAD_RESPONSE:
    'what came is no HTTP/1.1: a server of HTTP/2 alone answers so, and so does one of TLS behind http://',
}

const CLOSED = ['CONNECTION_CLOSED', 'ECONNRESET', 'EPIPE']
const SILENT =
  'the server ends connections without an answer: one that speaks HTTP/2 or TLS alone does so, and one that turns this client away'
const STALE =
  'the server ended connections that it had not said it would end: their idle time or their number of requests was over, or it failed'

/** What may be behind the errors of a run, and what to do: each once. */
export function hintsOf({ url, errors, succeeded }: HintEvidence): string[] {
  const hints = Object.keys(errors).flatMap(code => BY_CODE[code] ?? [])
  if (errors['ECONNREFUSED'] !== undefined) hints.push(`nobody listens at ${hostOf(url)}`)
  if (CLOSED.some(code => errors[code] !== undefined)) hints.push(succeeded === 0 ? SILENT : STALE)
  return [...new Set(hints)]
}

function hostOf(url: string): string {
  const { host, port, protocol } = new URL(url)
  return port === '' ? `${host}:${protocol === 'https:' ? 443 : 80}` : host
}
