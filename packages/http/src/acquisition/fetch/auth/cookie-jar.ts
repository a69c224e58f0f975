import type { Clock } from 'async-patterns'
import type { Cookie } from 'undici'
import type { TransportResponse } from '../../../engines/index.js'
import { setCookiesOf } from './set-cookie.js'

/** Of one source; beyond it the oldest goes. Servers may expect 50 (RFC 6265, 6.1). */
const MOST_COOKIES = 50
const LARGEST_COOKIE = 4_096

interface KeptCookie {
  readonly name: string
  readonly value: string
  readonly path: string
  readonly isSecure: boolean
  readonly expiresAt: number
}

/** The cookies of one origin (RFC 6265): what `Domain` says of others does not count, for there are none. */
export class CookieJar {
  readonly #clock: Clock
  readonly #cookies = new Map<string, KeptCookie>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** What a request to this URL carries, name to value; of the same name the one with the longest path. */
  cookiesFor(href: string): ReadonlyMap<string, string> {
    const { pathname, protocol } = new URL(href)
    const now = this.#clock.wallNow()
    const fitting = [...this.#cookies.values()].filter(
      cookie =>
        cookie.expiresAt > now && covers(cookie.path, pathname) && !(cookie.isSecure && protocol === 'http:'),
    )
    const byPath = fitting.sort((a, b) => a.path.length - b.path.length)
    return new Map(byPath.map(({ name, value }) => [name, value]))
  }

  /** Keeps what the response sets, and forgets what it ends. Returns the values that were kept. */
  keep({ headers, url }: Pick<TransportResponse, 'headers' | 'url'>): string[] {
    const { hostname, pathname } = new URL(url)
    return setCookiesOf(headers)
      .filter(cookie => cookie.name.length + cookie.value.length <= LARGEST_COOKIE && isFor(cookie, hostname))
      .flatMap(cookie => this.#put(this.#kept(cookie, pathname)) ?? [])
  }

  #kept({ name, value, path = '', secure, maxAge, expires }: Cookie, pathname: string): KeptCookie {
    const end = expires === undefined ? Infinity : new Date(expires).getTime()
    return {
      name,
      value,
      path: path.startsWith('/') ? path : defaultPath(pathname),
      isSecure: secure === true,
      expiresAt: maxAge === undefined ? end : this.#clock.wallNow() + maxAge * 1_000,
    }
  }

  #put(cookie: KeptCookie): string | undefined {
    const key = `${cookie.name} ${cookie.path}`
    this.#cookies.delete(key)
    if (cookie.expiresAt <= this.#clock.wallNow()) return undefined
    this.#cookies.set(key, cookie)
    const [oldest = ''] = this.#cookies.keys()
    if (this.#cookies.size > MOST_COOKIES) this.#cookies.delete(oldest)
    return cookie.value
  }
}

function isFor({ domain = '' }: Cookie, hostname: string): boolean {
  const named = domain.replace(/^\./, '').toLowerCase()
  return named === '' || hostname === named || hostname.endsWith(`.${named}`)
}

function covers(path: string, pathname: string): boolean {
  return pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`)
}

/** RFC 6265, 5.1.4. */
function defaultPath(pathname: string): string {
  return pathname.slice(0, pathname.lastIndexOf('/')) || '/'
}
