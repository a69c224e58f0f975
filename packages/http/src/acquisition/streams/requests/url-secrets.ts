import { randomUUID } from 'node:crypto'
import type { AuthConfig } from '../../fetch/index.js'
import { credentialParameter } from '../../fetch/index.js'
import type { PageRef, PageState, Partition } from '../../ledger/index.js'
import type { Secrets } from '../../secrets/index.js'
import {
  credentialAfterScheme,
  formsOf,
  isSecretHeader,
  isSecretName,
  shortestSecret,
  TextFinder,
} from '../../secrets/index.js'
import type { ComputedValue } from '../../references/index.js'
import { isComputed, literalOf, writtenText } from '../../references/index.js'
import type { QueryTemplate, StreamAddress } from './stream-url.js'
import { ownParameters, streamUrl } from './stream-url.js'
import type { UrlParameter } from './url-text.js'
import { parametersOf, splitUrl } from './url-text.js'

/** Where a stream may have credentials. */
interface AddressedStream extends Pick<StreamAddress, 'baseUrl'> {
  readonly path: string | ComputedValue
  readonly query: Readonly<Record<string, QueryTemplate>>
  readonly headers: Readonly<Record<string, string | ComputedValue>>
  readonly auth?: AuthConfig | undefined
}

type Place = readonly [name: string, value: string]
type Pair = readonly [text: string, instead: string]

const MARK = '__secret-'
/** What stands for the mark itself, so that nobody can call a credential by writing its place. */
const ESCAPED_MARK = `${MARK}-`

/**
 * What stands in a stored text where a credential was. It names the credential's place, so that a rotated one
 * is put in.
 */
const placeholder = (place: string, form: number): string => `${MARK}${encodeURIComponent(place)}-${form}__`

/**
 * Keeps the credentials of a stream out of the states and ids that the ledger stores: wherever they stand, in
 * the URL's path or query or echoed by the server in a cursor, they give way to the name of their place. All
 * else is left as it was written. Only a stream's own credentials are ever put back.
 */
export class UrlSecrets {
  readonly #secrets: Secrets
  readonly #parameters: readonly UrlParameter[]
  /** In which a credential is put when the request is sent. */
  readonly #authorized: string | undefined
  readonly #places: readonly Place[]
  #exchanges: Exchanges

  constructor(stream: AddressedStream, secrets: Secrets) {
    this.#secrets = secrets
    this.#authorized = credentialParameter(stream.auth)
    const isSecret = (value: string): boolean => secrets.redact(value) !== value
    const query = Object.fromEntries(
      Object.entries(stream.query).flatMap(([name, value]) =>
        isComputed(value) ? [] : [[name, [value].flat().map(literalOf)]],
      ),
    )
    const { baseUrl } = stream
    const path = writtenText(stream.path)
    this.#parameters = ownParameters({ baseUrl, path, query }).filter(
      ({ name, value }) => isSecretName(name) || isSecret(value),
    )
    this.#places = [
      ...this.#parameters.map(({ name, value }): Place => [`query-${name}`, value]),
      ...headerPlaces(stream, isSecret),
      ...authPlaces(stream.auth, isSecret),
      ...urlPlaces({ baseUrl, path }, secrets),
    ]
    this.#exchanges = exchangesOf(this.#places, 0)
  }

  /** The page as it is stored and told. */
  sealPage(page: PageRef): PageRef {
    const seal = (text: string, isUrl: boolean): string =>
      isUrl ? this.seal(text) : this.#current().sealing.in(text)
    const sealed = this.#mapped(page, seal)
    const id = this.sealId(page.id)
    return id === sealed.id ? sealed : { ...sealed, id }
  }

  /** The page as its request is made. */
  openPage(page: PageRef): PageRef {
    return this.#mapped(page, text => this.open(text))
  }

  #mapped(whole: PageRef, change: (text: string, isUrl: boolean) => string): PageRef {
    if (whole.partition === undefined && !hasText(whole.state)) return whole
    const { state, partition, ...page } = whole
    const own = partition && (mapTexts(partition, change) as Partition)
    return { ...page, state: mapTexts(state, change), ...(own !== undefined && { partition: own }) }
  }

  sealId(pageId: string): string {
    return this.#secrets.redact(pageId)
  }

  /** The URL without the credentials. */
  seal(href: string): string {
    return this.#current().sealing.in(this.#stripped(href))
  }

  /** The URL, or another text of a state, with them. */
  open(text: string): string {
    return this.#current().opening.in(text)
  }

  /**
   * With what is no credential of the stream's file, but was minted for it perhaps: a server may echo that in its
   * URLs, and only this process puts it back.
   */
  #current(): Exchanges {
    const { credentials } = this.#secrets
    if (credentials.length !== this.#exchanges.others) {
      const others = credentials.map((value, index): Place => [`other-${PROCESS}-${index}`, value])
      this.#exchanges = exchangesOf([...this.#places, ...others], credentials.length)
    }
    return this.#exchanges
  }

  /**
   * Without the parameters that hold a credential which cannot be told by its text: too short, minted, or written
   * as nobody writes it. The request gets them again, with the others of the stream that its URL leaves out.
   */
  #stripped(href: string): string {
    const { before, query } = splitUrl(href)
    const hidden = new Set(
      parametersOf(query)
        .filter(
          parameter =>
            parameter.name === this.#authorized || (this.#isCredential(parameter) && !isTold(parameter)),
        )
        .map(({ text }) => text),
    )
    if (hidden.size === 0) return href
    const kept = query.split('&').filter(text => !hidden.has(text))
    return kept.length === 0 ? before : `${before}?${kept.join('&')}`
  }

  #isCredential({ name, value }: UrlParameter): boolean {
    return this.#parameters.some(own => own.name === name && own.value === value)
  }
}

/** Tells what this process knows from what another has known. */
const PROCESS = randomUUID().slice(0, 8)

/** Credentials to the names of their places, and back. */
interface Exchanges {
  readonly sealing: Exchange
  readonly opening: Exchange
  /** So many of the places are not the stream's own. */
  readonly others: number
}

function exchangesOf(places: readonly Place[], others: number): Exchanges {
  const forms = places
    .filter(([, value]) => value.length >= shortestSecret)
    .flatMap(([place, value]) => formsOf(value).map((form, index): Pair => [form, placeholder(place, index)]))
    .filter(([form]) => form !== '')
  const back = forms.map(([form, name]): Pair => [name, form])
  return {
    sealing: new Exchange([[MARK, ESCAPED_MARK], ...forms]),
    opening: new Exchange([[ESCAPED_MARK, MARK], ...back]),
    others,
  }
}

/** Whether the credential in the parameter is one that is looked for, as it is written there. */
function isTold({ text, value }: UrlParameter): boolean {
  return value.length >= shortestSecret && formsOf(value).includes(text.slice(text.indexOf('=') + 1))
}

/** Puts texts in the place of others, all at once: what is put in is not looked at again. */
class Exchange {
  readonly #texts: ReadonlyMap<string, string>
  readonly #finder: TextFinder

  /** Of two with the same text the first counts. */
  constructor(pairs: readonly Pair[]) {
    this.#texts = new Map(pairs.toReversed())
    this.#finder = new TextFinder(this.#texts.keys())
  }

  in(text: string): string {
    let exchanged = ''
    let from = 0
    for (const { at, needle } of this.#finder.in(text)) {
      if (at < from) continue
      exchanged += text.slice(from, at) + (this.#texts.get(needle) ?? needle)
      from = at + needle.length
    }
    return exchanged + text.slice(from)
  }
}

/** Numbers hold no credential. */
function hasText(state: PageState): boolean {
  for (const key in state) if (typeof state[key] === 'string') return true
  return false
}

/** Of all texts in a state only its `url` is a URL. */
function mapTexts(state: PageState, change: (text: string, isUrl: boolean) => string): PageState {
  return Object.fromEntries(
    Object.entries(state).map(([key, value]) => [
      key,
      typeof value === 'string' ? change(value, key === 'url') : value,
    ]),
  )
}

/** `Bearer abc` is a credential, and so is `abc` alone. */
function headerPlaces({ headers }: AddressedStream, isSecret: (value: string) => boolean): Place[] {
  return Object.entries(headers)
    .flatMap(([name, text]) => (isComputed(text) ? [] : [[name, literalOf(text)] as const]))
    .filter(([name, value]) => isSecretHeader(name) || isSecret(value))
    .flatMap(([name, value]) => credentialIn(value, `header-${name.toLowerCase()}`))
}

/** All secret texts of the options by which the stream is authorized. */
function authPlaces(auth: unknown, isSecret: (value: string) => boolean, place = 'auth'): Place[] {
  if (typeof auth === 'number') return authPlaces(String(auth), isSecret, place)
  if (typeof auth === 'string') return isSecret(auth) ? credentialIn(auth, place) : []
  if (typeof auth !== 'object' || auth === null) return []
  return Object.entries(auth).flatMap(([key, value]) => authPlaces(value, isSecret, `${place}-${key}`))
}

function credentialIn(value: string, place: string): Place[] {
  const credentials = credentialAfterScheme(value)
  return credentials === undefined ? [[place, value]] : [[`${place}-value`, credentials]]
}

/** What stands in the endpoint's path, and what its URL holds before the `@`. */
function urlPlaces(stream: Pick<StreamAddress, 'baseUrl' | 'path'>, secrets: Secrets): Place[] {
  const { pathname, username, password } = new URL(streamUrl({ ...stream, query: {} }))
  return [
    ...secrets.foundIn(pathname).map((value, index): Place => [`path-${index}`, value]),
    ['user', username],
    ['password', password],
  ]
}
