import type { PageRef, PageState } from '../../ledger/index.js'
import type { Secrets } from '../../secrets/index.js'
import {
  credentialAfterScheme,
  formsOf,
  isSecretHeader,
  isSecretName,
  shortestSecret,
} from '../../secrets/index.js'
import type { StreamAddress } from './stream-url.js'
import { streamUrl } from './stream-url.js'

/** Where a stream may have credentials. */
interface AddressedStream extends StreamAddress {
  readonly headers: Readonly<Record<string, string>>
  readonly auth?: unknown
}

type Parameter = readonly [name: string, value: string]

/**
 * What stands in a stored URL where a credential was. It names the credential's place, so that a rotated one
 * is put in.
 */
const placeholder = (place: string, form: number): string => `__secret-${encodeURIComponent(place)}-${form}__`

/**
 * Keeps the credentials of a stream out of the states and ids that the ledger stores: those of its query are
 * taken away, and those that stand elsewhere (in its path, or echoed by the server in a next URL) give way to
 * the name of their place. Only a stream's own credentials are ever put back.
 */
export class UrlSecrets {
  readonly #secrets: Secrets
  readonly #parameters: readonly Parameter[]
  /**
   * Each form of a credential with what stands for it; the longest first, as one may be a part of another.
   */
  readonly #forms: readonly (readonly [form: string, placeholder: string])[]

  constructor(stream: AddressedStream, secrets: Secrets) {
    this.#secrets = secrets
    const isSecret = (value: string): boolean => secrets.redact(value) !== value
    this.#parameters = Object.entries(stream.query).filter(
      ([name, value]) => isSecretName(name) || isSecret(value),
    )
    const places = [
      ...this.#parameters.map(([name, value]): Parameter => [`query-${name}`, value]),
      ...headerPlaces(stream, isSecret),
      ...authPlaces(stream.auth, isSecret),
      ...urlPlaces(stream, secrets),
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
    return {
      ...page,
      id: this.sealId(page.id),
      state: mapTexts(page.state, (text, isUrl) => (isUrl ? this.seal(text) : this.#replaced(text))),
    }
  }

  /** The page as its request is made. */
  openPage(page: PageRef): PageRef {
    return {
      ...page,
      state: mapTexts(page.state, (text, isUrl) => (isUrl ? this.open(text) : this.#restored(text))),
    }
  }

  sealId(pageId: string): string {
    return this.#secrets.redact(pageId)
  }

  #replaced(text: string): string {
    return this.#forms.reduce((whole, [form, name]) => whole.replaceAll(form, name), text)
  }

  /** Backwards: what was put in for one credential may hold what looks like another. */
  #restored(text: string): string {
    return this.#forms.reduceRight((whole, [form, name]) => whole.replaceAll(name, () => form), text)
  }

  /** The URL without the credentials. */
  seal(href: string): string {
    return this.#replaced(this.#stripped(href))
  }

  /** The URL with them, as it is sent. */
  open(href: string): string {
    const whole = this.#restored(href)
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

/** Of all texts in a state only its `url` is a URL, from which parameters can be taken. */
function mapTexts(state: PageState, change: (text: string, isUrl: boolean) => string): PageState {
  return Object.fromEntries(
    Object.entries(state).map(([key, value]) => [
      key,
      typeof value === 'string' ? change(value, key === 'url') : value,
    ]),
  )
}

/** `Bearer abc` is a credential, and so is `abc` alone. */
function headerPlaces({ headers }: AddressedStream, isSecret: (value: string) => boolean): Parameter[] {
  return Object.entries(headers)
    .filter(([name, value]) => isSecretHeader(name) || isSecret(value))
    .flatMap(([name, value]) => credentialIn(value, `header-${name.toLowerCase()}`))
}

/** All secret texts of the options by which the stream is authorized. */
function authPlaces(auth: unknown, isSecret: (value: string) => boolean, place = 'auth'): Parameter[] {
  if (typeof auth === 'number') return authPlaces(String(auth), isSecret, place)
  if (typeof auth === 'string') return isSecret(auth) ? credentialIn(auth, place) : []
  if (typeof auth !== 'object' || auth === null) return []
  return Object.entries(auth).flatMap(([key, value]) => authPlaces(value, isSecret, `${place}-${key}`))
}

function credentialIn(value: string, place: string): Parameter[] {
  const credentials = credentialAfterScheme(value)
  return credentials === undefined ? [[place, value]] : [[`${place}-value`, credentials]]
}

/** What stands in the endpoint's path, and what its URL holds before the `@`. */
function urlPlaces(stream: StreamAddress, secrets: Secrets): Parameter[] {
  const { pathname, username, password } = new URL(streamUrl(stream))
  return [
    ...secrets.foundIn(pathname).map((value, index): Parameter => [`path-${index}`, value]),
    ['user', username],
    ['password', password],
  ]
}
