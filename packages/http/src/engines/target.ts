import { publicUrl } from '../display/index.js'
import { TransportError } from './transport-error.js'

/** Where a request goes. */
export interface Target {
  /** `http://host:port`, as URL gives it. */
  readonly origin: string
  readonly protocol: string
  readonly hostname: string
  readonly port: number
  /** As the Host header has it. */
  readonly host: string
  /** Path and query, as the request line has them. */
  readonly path: string
}

const LARGEST_CACHE = 1024

/**
 * Remembers the targets of the URLs asked for lately: taking a URL apart costs more than the rest of a fast
 * send.
 */
export class TargetCache {
  readonly #targets = new Map<string, Target>()

  /** @throws TransportError BAD_REQUEST when it is no http or https URL, or carries a user name. */
  get(url: string): Target {
    const known = this.#targets.get(url)
    if (known !== undefined) return known
    const target = parseTarget(url)
    if (this.#targets.size >= LARGEST_CACHE) this.#targets.clear()
    this.#targets.set(url, target)
    return target
  }
}

let last: { readonly text: string; readonly url: Readonly<URL> | undefined } | undefined

/** Whoever passes a request on looks at its URL, one after the other: the last one is kept. */
function parsed(text: string): Readonly<URL> | undefined {
  if (last?.text !== text) last = { text, url: URL.canParse(text) ? new URL(text) : undefined }
  return last.url
}

/** The origin of an http or https URL. Nothing else has one, whatever `URL.origin` says of `blob:`. */
export function httpOrigin(url: string | URL): string | undefined {
  const { origin, protocol } = typeof url === 'string' ? (parsed(url) ?? {}) : url
  return protocol === 'http:' || protocol === 'https:' ? origin : undefined
}

function parseTarget(text: string): Target {
  const url = parsed(text)
  if (url === undefined) throw badUrl(text, 'it is not an absolute URL')
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw badUrl(text, 'it is not http or https')
  if (url.username !== '' || url.password !== '') throw badUrl(url.host, 'credentials belong in a header')
  const defaultPort = url.protocol === 'https:' ? 443 : 80
  return {
    origin: url.origin,
    protocol: url.protocol,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? defaultPort : Number(url.port),
    host: url.host,
    path: url.pathname + url.search,
  }
}

function badUrl(text: string, why: string): TransportError {
  return new TransportError('BAD_REQUEST', `cannot send to ${JSON.stringify(publicUrl(text))}: ${why}`)
}
