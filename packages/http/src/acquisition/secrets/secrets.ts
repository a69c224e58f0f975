import type { DecodedText } from './decoded-text.js'
import { decoded } from './decoded-text.js'
import { TextFinder } from './text-finder.js'

/** What stands in a text where a secret was. */
const redacted = '[redacted]'
/** What `shown` ends a text with that was too long. */
const cutOff = '…'
/**
 * A shorter value cannot be told from ordinary text; such a one is kept out by its place, not by its value.
 */
export const shortestSecret = 4
/** A fragment of Base64 this long does not turn up by chance. */
const shortestFragment = 8

const secretHeader = /^(?:proxy-)?authorization$|^cookie$|token|secret|password|api-?key|signature/i
const secretParameter =
  /^(?:key|sig|pwd)$|token|secret|passw|api[-_]?key|access[-_]?key|signature|credential/i
const secretVariable = /(?:^|_)(?:key|auth|pass|pwd|pin|sig)(?:_|$)/i
const secretOption = /^(?:value|text|privateKey)$/
const pagingToken = /^(?:next|page|continuation|sync|[-_])+token$/i

/** Whether a header of this name usually carries a credential. */
export function isSecretHeader(name: string): boolean {
  return secretHeader.test(name)
}

/** Whether a query parameter of this name usually carries a credential. Cursors (`pageToken`) are none. */
export function isSecretName(name: string): boolean {
  return secretParameter.test(name) && !pagingToken.test(name)
}

/**
 * Whether what an environment variable of this name holds is usually a credential: `SHOP_KEY`, `API_TOKEN`.
 */
export function isSecretVariable(name: string): boolean {
  return isSecretName(name) || secretVariable.test(name)
}

/**
 * Whether an option of this name, by which a stream is authorized, usually holds a credential. Where a token
 * comes from (`tokenUrl`, `tokenPath`) is none.
 */
export function isSecretOption(name: string): boolean {
  if (/(?:Url|Path)$/.test(name)) return false
  return isSecretHeader(name) || isSecretVariable(name) || secretOption.test(name)
}

/** `Bearer abc` holds the credential `abc`, which may turn up alone. */
export function credentialAfterScheme(value: string): string | undefined {
  return /^\S+\s+(\S.*)$/.exec(value)?.[1]
}

/**
 * Takes secrets out of texts that are shown or stored: by value in any case, and in what encodings and escapes
 * they may have been written, one in another too (see `needlesOf` and `decoded`), alone or inside something
 * longer. Values of fewer than four characters are not looked for. It learns further values while a run goes
 * on.
 */
export class Secrets {
  readonly #values = new Set<string>()
  readonly #known = new Set<string>()
  #credentials: readonly string[] = []
  #finder = new TextFinder([])
  /** No secret is written longer than this. */
  #longest = 0

  /** `credentials`: all `values` unless told. */
  constructor(values: Iterable<string> = [], credentials: Iterable<string> = values) {
    this.#learn(values, credentials)
  }

  /**
   * Those that are credentials for sure, and so may stand in no record; for another thread, which makes its
   * own Secrets of them. Only ever longer: what was learnt comes last.
   */
  get credentials(): readonly string[] {
    return this.#credentials
  }

  /** Learns a credential that came into being during the run, a minted token for example. */
  add(...credentials: readonly string[]): void {
    this.#learn(credentials, credentials)
  }

  #learn(values: Iterable<string>, credentials: Iterable<string>): void {
    const before = this.#values.size + this.#known.size
    for (const value of longEnough(credentials)) this.#known.add(value)
    for (const value of longEnough(values)) this.#values.add(value)
    if (this.#values.size + this.#known.size === before) return
    this.#credentials = [...this.#known]
    const needles = [...this.#values].flatMap(needlesOf)
    this.#finder = new TextFinder(needles)
    this.#longest = widestCharacter * Math.max(0, ...needles.map(needle => needle.length))
  }

  /**
   * The text with `[redacted]` for each secret, and for the beginning of one where the text was cut off
   * (`…`).
   */
  redact(text: string): string {
    return without(text, this.#spansIn(text, text.includes(cutOff) ? orCutOff : undefined))
  }

  /** As `redact`, for a text that nobody has cut. */
  redactWhole(text: string): string {
    return without(text, this.#spansIn(text))
  }

  /** Whether there is a secret in the text. */
  holdIn(text: string): boolean {
    return this.#spansIn(text).length > 0
  }

  /** The secrets that stand in the text, as they are written there. */
  foundIn(text: string): string[] {
    return this.#spansIn(text).map(([start, end]) => text.slice(start, end))
  }

  /** In portions that overlap by the longest secret: so a long text takes no more memory than a portion. */
  #spansIn(text: string, accepts?: Accepts): readonly Span[] {
    if (this.#longest === 0) return none
    // Most texts have neither an escape nor the beginning of a secret.
    if (!mayHoldEscapes.test(text) && !this.#finder.mayBeIn(folded(text))) return none
    const spans: Span[] = []
    for (let from = 0; from === 0 || from < text.length; from += portion) {
      const part = text.length <= portion ? text : text.slice(from, from + portion + this.#longest)
      this.#search(part, from, accepts, spans)
    }
    return merged(spans)
  }

  #search(text: string, offset: number, accepts: Accepts | undefined, spans: Span[]): void {
    let layer: DecodedText | undefined = { text, origin: at => at }
    for (let depth = 0; layer !== undefined && depth <= deepest; depth += 1) {
      const { text: read, origin }: DecodedText = layer
      for (const { at, length } of this.#finder.in(folded(read), accepts))
        spans.push([offset + origin(at), offset + origin(at + length)])
      layer = mayHoldEscapes.test(read) ? decoded(layer) : undefined
    }
  }
}

type Span = readonly [start: number, end: number]
type Accepts = (text: string, at: number, needle: string) => number

const none: readonly Span[] = []
const mayHoldEscapes = /[%&\\]/
const portion = 2 ** 20
/** So many escapes of escapes are resolved: JSON in JSON in a URL that was encoded twice. */
const deepest = 4
/** How many characters may stand for one: `%25C3%25BC`. */
const widestCharacter = 12

/** Those that overlap or touch are one. */
function merged(spans: Span[]): readonly Span[] {
  if (spans.length < 2) return spans
  const whole: [number, number][] = []
  for (const [start, end] of spans.sort(([a], [b]) => a - b)) {
    const last = whole.at(-1)
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end)
    else whole.push([start, end])
  }
  return whole
}

function without(text: string, spans: readonly Span[]): string {
  let kept = ''
  let from = 0
  for (const [start, end] of spans) {
    kept += text.slice(from, start) + redacted
    from = end
  }
  return spans.length === 0 ? text : kept + text.slice(from)
}

/** The cut may have gone through an escape too. */
const brokenEscape = /(?:%[\da-f]?|&[#\w]{0,9}|\\[ux]?[\da-f{]{0,5})$/

/** Whether the needle stands there whole, or its beginning and then the end of what was cut off. */
function orCutOff(text: string, at: number, needle: string): number {
  if (text.startsWith(needle, at)) return needle.length
  const end = text.indexOf(cutOff, at)
  if (end < 0 || end - at >= needle.length + longestBrokenEscape) return 0
  const rest = text.slice(at, end)
  const begins = [rest, rest.replace(brokenEscape, '')].some(
    beginning => beginning.length >= shortestSecret && needle.startsWith(beginning),
  )
  return begins ? end - at : 0
}

const longestBrokenEscape = 11

function longEnough(values: Iterable<string>): readonly string[] {
  return [...new Set(values)].filter(value => value.length >= shortestSecret)
}

/** In lower case, character by character, so that each keeps its place. */
function folded(text: string): string {
  const lower = text.toLowerCase()
  const same = lower.length === text.length ? lower : text.replace(/./gsu, lowerOf)
  // How a sigma is written depends on what is around it.
  return same.includes('ς') ? same.replaceAll('ς', 'σ') : same
}

function lowerOf(character: string): string {
  const lower = character.toLowerCase()
  return lower.length === character.length ? lower : character
}

/**
 * What is looked for, folded: the value, with what a source may make of its letters and spaces, as it reads
 * where it is an escape itself, and its bytes in Base64, once or twice, and in hex. Escapes of it need not be
 * listed.
 */
function needlesOf(value: string): string[] {
  const letters = [value, value.normalize('NFC'), value.normalize('NFD'), asLatin1(value)]
  const texts = [...new Set(letters)].flatMap(text => [text, text.replaceAll(' ', '+'), ...resolved(text)])
  const bytes = [Buffer.from(value), Buffer.from(value, 'latin1')]
  const twice = Buffer.from(Buffer.from(value).toString('base64'))
  const codes = [...bytes, twice].flatMap(whole => [...base64Forms(whole), whole.toString('hex')])
  return [...texts, ...codes].map(folded).filter(needle => needle.length >= shortestSecret)
}

/** UTF-8 that somebody has read as Latin-1. */
function asLatin1(value: string): string {
  return Buffer.from(value).toString('latin1')
}

function resolved(value: string): string[] {
  const texts: string[] = []
  for (let layer = decoded({ text: value, origin: at => at }); layer !== undefined; layer = decoded(layer))
    texts.push(layer.text)
  return texts
}

/**
 * How a value may be written: as it is, in a URL, in JSON, in hex, and in Base64, alone or inside something
 * longer. Each form has its place in the list, whatever the value; empty where the value has none.
 */
export function formsOf(value: string): string[] {
  const bytes = Buffer.from(value)
  const percent = encodeURIComponent(value)
  const form = new URLSearchParams({ v: value }).toString().slice(2)
  const quoted = JSON.stringify(value).slice(1, -1)
  const digits = bytes.toString('hex')
  const coded = [...base64Forms(bytes), digits, digits.toUpperCase()]
  return [value, percent, form, quoted, ...urlForms(value), ...coded, ...percentForms(percent, digits)]
}

/** In small letters, with the slash as it is, with every byte encoded, and all of that encoded once more. */
function percentForms(percent: string, digits: string): string[] {
  const lower = percent.replace(/%../g, octet => octet.toLowerCase())
  const every = digits.replace(/../g, '%$&')
  const slashes = [percent.replaceAll('%2F', '/'), lower.replaceAll('%2f', '/')]
  const forms = [lower, ...slashes, every, every.toUpperCase()]
  return [...forms, ...[percent, ...forms].map(encodeURIComponent)]
}

/** A URL's path and its query each leave other characters as they are. */
function urlForms(value: string): string[] {
  const url = new URL('http://host/')
  url.pathname = `/${value}`
  url.search = `?${value}`
  return [url.pathname.slice(1), url.search.slice(1)]
}

/**
 * Three bytes make four characters, so a secret inside a longer text has three forms; their unsure ends are
 * cut.
 */
function base64Forms(whole: Buffer): string[] {
  const forms = [whole.toString('base64'), whole.toString('base64url')]
  for (const lead of [0, 1, 2]) {
    const text = Buffer.concat([Buffer.alloc(lead), whole])
    const from = Math.ceil((lead * 8) / 6)
    const fragment = text.toString('base64').slice(from, Math.floor((text.length * 8) / 6))
    forms.push(fragment, fragment.replaceAll('+', '-').replaceAll('/', '_'))
  }
  return forms.map(form => (form.length >= shortestFragment ? form : ''))
}
