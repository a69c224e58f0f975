/** Whom a server is believed to be, and what it is shown. Certificates and keys are PEM texts. */
export interface TlsConfig {
  /** Instead of the certificate authorities that Node knows. */
  readonly ca?: string | undefined
  /** Of ourselves, for a server that asks for one; with `key`. */
  readonly cert?: string | undefined
  readonly key?: string | undefined
  /** The name that the certificate is for, where it is not that of the URL. */
  readonly servername?: string | undefined
  /** The certificate is not checked: whoever is on the way can read and change all. Default false. */
  readonly insecure?: boolean | undefined
}

/** How a stream's server is reached. */
export interface ConnectionSettings {
  /** The URL of an http or https proxy. Default: none. */
  readonly proxy?: string | undefined
  readonly tls?: TlsConfig | undefined
  /**
   * Whether the name of the server may turn out to be an address of the own network or machine, although it
   * is no such name. Default false.
   */
  readonly allowPrivate?: boolean | undefined
}
