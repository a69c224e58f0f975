const UNKNOWN_CA =
  'if it is the right server, name its CA or certificate (tls.ca, or the variable NODE_EXTRA_CA_CERTS)'
const VALIDITY = "the server's certificate has to be renewed, unless the clock of this machine is wrong"
const CLIENT = 'the server asks for a certificate of its clients (tls.cert and tls.key)'

/** What can be done about an error of TLS, by OpenSSL's and Node's codes. */
const ADVICE: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_CA,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_CA,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_CA,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_CA,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `${UNKNOWN_CA}; it may leave out a certificate of its chain`,
  CERT_UNTRUSTED: UNKNOWN_CA,
  CERT_HAS_EXPIRED: VALIDITY,
  CERT_NOT_YET_VALID: VALIDITY,
  ERR_TLS_CERT_ALTNAME_INVALID: 'name the host that the certificate is for (tls.servername), or ask that one',
  HOSTNAME_MISMATCH: 'name the host that the certificate is for (tls.servername), or ask that one',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: CLIENT,
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: CLIENT,
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: CLIENT,
  ERR_SSL_WRONG_VERSION_NUMBER: 'the server speaks no TLS here: is it http and not https?',
}

/** `801C…:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../ssl/record.c:350:` and a line feed. */
const OPENSSL = /^[0-9A-F]+:error:[0-9A-F]+:[^:]*:[^:]*:([^:]+):/

/** The message of an error of a connection, and what can be done about it where it is one of TLS. */
export function withAdvice(code: string, message: string): string {
  const text = OPENSSL.exec(message)?.[1] ?? message
  const advice = ADVICE[code]
  return advice === undefined ? text : `${text}; ${advice}`
}
