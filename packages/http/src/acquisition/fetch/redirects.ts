import type { TransportRequest, TransportResponse } from '../../engines/index.js'
import { headerUrl, httpOrigin, isRedirect, TransportError } from '../../engines/index.js'

/** Which redirects of a stream's pages are followed. */
export type RedirectSetting = 'sameOrigin' | 'none'

/** So many redirects of one page are followed. */
const MAX_HOPS = 10

/** The redirects of one attempt at a page: they change how it is fetched, and nothing else. */
export class Hops {
  readonly #setting: RedirectSetting
  /** None before the first redirect. */
  #visited: Set<string> | undefined
  #request: TransportRequest

  constructor(request: TransportRequest, setting: RedirectSetting) {
    this.#request = request
    this.#setting = setting
  }

  /** What is to be sent now. */
  get request(): TransportRequest {
    return this.#request
  }

  /**
   * Whether the response leads on to another request.
   * @throws TransportError REDIRECT_LOOP, TOO_MANY_REDIRECTS.
   */
  follow(response: TransportResponse): boolean {
    const to = this.#target(response)
    if (to === undefined || this.#obstacle(to) !== undefined) return false
    const visited = (this.#visited ??= new Set([new URL(this.#request.url).href]))
    if (visited.has(to.href)) throw new TransportError('REDIRECT_LOOP', `redirects lead back to ${shown(to)}`)
    if (visited.size > MAX_HOPS)
      throw new TransportError(
        'TOO_MANY_REDIRECTS',
        `more than ${MAX_HOPS} redirects, the last to ${shown(to)}`,
      )
    visited.add(to.href)
    this.#request = { ...this.#request, url: to.href }
    return true
  }

  /** Why the response was not followed; undefined for one that is no redirect. */
  reason(response: TransportResponse): string | undefined {
    if (!isRedirect(response.statusCode)) return undefined
    const to = this.#target(response)
    return to === undefined
      ? 'with no Location that can be read'
      : `with Location ${shown(to)}: ${this.#obstacle(to) ?? ''}`
  }

  #target({ statusCode, headers: { location } }: TransportResponse): URL | undefined {
    if (!isRedirect(statusCode) || location === undefined) return undefined
    const from = this.#request.url
    if (!URL.canParse(headerUrl(location), from)) return undefined
    const to = new URL(headerUrl(location), from)
    to.hash = ''
    return to
  }

  #obstacle(to: URL): string | undefined {
    const { method = 'GET', url } = this.#request
    if (this.#setting === 'none') return 'redirects: none; allowed are none and sameOrigin'
    if (method !== 'GET' && method !== 'HEAD') return `a ${method} is not redirected`
    const home = new URL(url).origin
    if (httpOrigin(to) === home && to.username === '' && to.password === '') return undefined
    return `another origin, or credentials; followed are redirects within ${home}, the origin of baseUrl`
  }
}

/** A query may hold what the server has signed. */
function shown(url: URL): string {
  const { protocol, pathname, search } = url
  return `${httpOrigin(url) ?? protocol}${pathname}${search === '' ? '' : '?…'}`
}
