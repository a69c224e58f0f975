/*
 * URLs as texts: a server may have signed one, or read it in its own way, so what it wrote is sent as it was
 * written. Text is put in or exchanged, and the rest is left alone.
 */

/** One parameter of a query: as it is written, and what that says. */
export interface UrlParameter {
  readonly text: string
  readonly name: string
  readonly value: string
}

export function parameterOf(name: string, value: string): UrlParameter {
  return { text: `${percentEncoded(name)}=${percentEncoded(value)}`, name, value }
}

/** A cursor may hold half a character, of which no URL can be made. */
function percentEncoded(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'))
}

/** With all percent-encoded but what RFC 3986 calls unreserved. */
export function strictlyEncoded(text: string): string {
  return percentEncoded(text).replace(/[!'()*]/g, sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** The parameters of a query without its `?`. */
export function parametersOf(query: string): UrlParameter[] {
  return query
    .split('&')
    .filter(text => text !== '')
    .map(text => {
      // It would take a `?` at the beginning for the query's own.
      const [[name = '', value = ''] = []] = new URLSearchParams(`?${text}`)
      return { text, name, value }
    })
}

/** A URL, or the path of one, in front of its query and in it. */
export function splitUrl(url: string): { readonly before: string; readonly query: string } {
  const [whole = ''] = url.split('#', 1)
  const mark = whole.indexOf('?')
  return mark < 0
    ? { before: whole, query: '' }
    : { before: whole.slice(0, mark), query: whole.slice(mark + 1) }
}

/** The URL, which has no fragment, with those of the parameters that it does not name itself. */
export function withMissing(url: string, parameters: readonly UrlParameter[]): string {
  const named = new Set(parametersOf(splitUrl(url).query).map(({ name }) => name))
  const missing = parameters.filter(({ name }) => !named.has(name)).map(({ text }) => text)
  if (missing.length === 0) return url
  const sign = !url.includes('?') ? '?' : /[?&]$/.test(url) ? '' : '&'
  return `${url}${sign}${missing.join('&')}`
}
