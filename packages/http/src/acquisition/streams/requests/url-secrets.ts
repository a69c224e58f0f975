import type { SourceConfig } from '../config.js'
import type { PageRef } from '../../ledger/page.js'
import { sourceUrl } from './stream-url.js'
import type { Secrets } from '../../secrets/secrets.js'
import { formsOf, isSecretHeader, isSecretName, shortestSecret } from '../../secrets/secrets.js'

type Parameter = readonly [name: string, value: string]

/** What stands in a stored URL where a credential was. It names the credential's place, so that a rotated one is put in. */
const placeholder = (place: string, form: number): string => `__secret-${encodeURIComponent(place)}-${form}__`

/**
 * Keeps the credentials of a source out of the URLs and ids that the ledger stores: those of its query are taken away, and
 * those that stand elsewhere (in its path, or echoed by the server in a next URL) give way to the name of their place.
 * Only a source's own credentials are ever put back.
 */
export class SourceUrlSecrets {
  readonly #secrets: Secrets
  readonly #parameters: readonly Parameter[]
  /** Each form of a credential with what stands for it; the longest first, as one may be a part of another. */
  readonly #forms: readonly (readonly [form: string, placeholder: string])[]

  constructor(source: SourceConfig, secrets: Secrets) {
    this.#secrets = secrets
    const isSecret = (value: string): boolean => secrets.redact(value) !== value
    this.#parameters = Object.entries(source.query).filter(
      ([name, value]) => isSecretName(name) || isSecret(value),
    )
    const places = [
      ...this.#parameters.map(([name, value]): Parameter => [`query-${name}`, value]),
      ...headerPlaces(source, isSecret),
      ...urlPlaces(source, secrets),
    ].filter(([, value]) => value.length >= shortestSecret)
    this.#forms = places
      .flatMap(([place, value]) =>
        formsOf(value).map((form, index) => [form, placeholder(place, index)] as const),
      )
      .filter(([form]) => form !== '')
      .sort(([a], [b]) => b.length - a.length)
  }

  /** The page as it is stored and told. */
  sealPage(page: PageRef): PageRef {
    return { ...page, id: this.sealId(page.id), url: this.seal(page.url) }
  }

  sealId(pageId: string): string {
    return this.#secrets.redact(pageId)
  }

  /** The URL without the credentials. */
  seal(href: string): string {
    return this.#forms.reduce((text, [form, name]) => text.replaceAll(form, name), this.#stripped(href))
  }

  /** The URL with them, as it is sent. */
  open(href: string): string {
    // Backwards: what was put in for one credential may hold what looks like another.
    const whole = this.#forms.reduceRight((text, [form, name]) => text.replaceAll(name, () => form), href)
    if (this.#parameters.length === 0) return whole
    const url = new URL(whole)
    for (const [name, value] of this.#parameters) {
      if (!url.searchParams.has(name)) url.searchParams.set(name, value)
    }
    return url.href
  }

  #stripped(href: string): string {
    if (this.#parameters.length === 0) return href
    const url = new URL(href)
    for (const [name, value] of this.#parameters) {
      if (url.searchParams.get(name) === value) url.searchParams.delete(name)
    }
    return url.href
  }
}

/** `Bearer abc` is a credential, and so is `abc` alone. */
function headerPlaces({ headers }: SourceConfig, isSecret: (value: string) => boolean): Parameter[] {
  return Object.entries(headers)
    .filter(([name, value]) => isSecretHeader(name) || isSecret(value))
    .flatMap(([name, value]) => {
      const [, credentials] = /^\S+\s+(\S.*)$/.exec(value) ?? []
      const place = `header-${name.toLowerCase()}`
      return credentials === undefined ? [[place, value]] : [[`${place}-value`, credentials]]
    })
}

/** What stands in the endpoint's path, and what its URL holds before the `@`. */
function urlPlaces(source: SourceConfig, secrets: Secrets): Parameter[] {
  const { pathname, username, password } = new URL(sourceUrl(source))
  return [
    ...secrets.foundIn(pathname).map((value, index): Parameter => [`path-${index}`, value]),
    ['user', username],
    ['password', password],
  ]
}
