import { hash } from 'node:crypto'
import type { SourceConfig } from '../config.js'
import { isSecretName } from '../../secrets/secrets.js'
import { NextUrlError } from '../pagination/next-url-error.js'

/** The URL of a source's endpoint with its own query and the parameters given; the latter win. */
export function sourceUrl(source: SourceConfig, parameters: Readonly<Record<string, string>> = {}): string {
  const url = new URL(source.baseUrl)
  const path = source.path.replace(/^\/+/, '')
  if (path !== '') url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path}`
  for (const [name, value] of Object.entries({ ...source.query, ...parameters }))
    url.searchParams.set(name, value)
  return url.href
}

/**
 * Resolves a next link against the page that carried it.
 * @throws NextUrlError when it leads to another origin or is no HTTP URL: credentials must not follow it.
 */
export function resolveNext(source: SourceConfig, page: string, next: string): string {
  if (!URL.canParse(next, page))
    throw new NextUrlError('NEXT_URL_INVALID', `${source.name}: ${JSON.stringify(next)} is no URL`)
  const url = new URL(next, page)
  const { origin } = new URL(source.baseUrl)
  if (url.origin !== origin || url.username !== '' || url.password !== '') {
    const message = `${source.name}: the next page lies at ${url.origin}; allowed is ${origin} alone, without credentials`
    throw new NextUrlError('NEXT_URL_FOREIGN', message)
  }
  url.hash = ''
  return url.href
}

const longestKey = 120

/** What tells a page from the others of its source: path and query without the source's own and without secrets. */
export function urlKey(source: SourceConfig, href: string): string {
  const url = new URL(href)
  const telling = [...url.searchParams].filter(
    ([name, value]) => source.query[name] !== value && !isSecretName(name),
  )
  const query = new URLSearchParams(telling).toString()
  return pageKey(query === '' ? url.pathname : `${url.pathname}?${query}`)
}

/** A key that a person can read, unless it is long; then its digest. */
export function pageKey(text: string): string {
  return text.length <= longestKey ? text : `sha256-${hash('sha256', text, 'base64url')}`
}
