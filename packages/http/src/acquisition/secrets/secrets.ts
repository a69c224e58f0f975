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

/** Whether an option of this name, by which a stream is authorized, usually holds a credential. */
export function isSecretOption(name: string): boolean {
  return isSecretHeader(name) || isSecretVariable(name)
}

/** `Bearer abc` holds the credential `abc`, which may turn up alone. */
export function credentialAfterScheme(value: string): string | undefined {
  return /^\S+\s+(\S.*)$/.exec(value)?.[1]
}

/**
 * Takes secrets out of texts that are shown or stored: by value, URL-encoded, JSON-escaped, and in Base64,
 * alone or inside something longer. Values of fewer than four characters are not looked for. It learns
 * further values while a run goes on.
 */
export class Secrets {
  readonly #values = new Set<string>()
  readonly #credentials = new Set<string>()
  #pattern: RegExp | undefined
  /** The longest first: a secret may be a part of another one's form. */
  #forms: readonly string[] = []

  /** `credentials`: all `values` unless told. */
  constructor(values: Iterable<string> = [], credentials: Iterable<string> = values) {
    this.#learn(values, credentials)
  }

  /**
   * Those that are credentials for sure, and so may stand in no record; for another thread, which makes its
   * own Secrets of them. Only ever longer: what was learnt comes last.
   */
  get credentials(): readonly string[] {
    return [...this.#credentials]
  }

  /** Learns a credential that came into being during the run, a minted token for example. */
  add(...credentials: readonly string[]): void {
    this.#learn(credentials, credentials)
  }

  #learn(values: Iterable<string>, credentials: Iterable<string>): void {
    const before = this.#values.size + this.#credentials.size
    for (const value of longEnough(credentials)) this.#credentials.add(value)
    for (const value of longEnough(values)) this.#values.add(value)
    if (this.#values.size + this.#credentials.size === before) return
    const forms = new Set([...this.#values].flatMap(formsOf))
    forms.delete('')
    this.#forms = [...forms].sort((a, b) => b.length - a.length)
    const sources = this.#forms.map(escapePattern)
    this.#pattern = sources.length === 0 ? undefined : new RegExp(sources.join('|'), 'gi')
  }

  /**
   * The text with `[redacted]` for each secret, and for the beginning of one where the text was cut off
   * (`…`).
   */
  redact(text: string): string {
    const clean = this.redactWhole(text)
    if (!clean.includes(cutOff)) return clean
    const parts = clean.split(cutOff)
    return parts.map((part, index) => (index < parts.length - 1 ? this.#withoutEnd(part) : part)).join(cutOff)
  }

  /** As `redact`, for a text that nobody has cut. */
  redactWhole(text: string): string {
    return this.#pattern === undefined ? text : text.replace(this.#pattern, redacted)
  }

  #withoutEnd(text: string): string {
    const lower = text.toLowerCase()
    for (const form of this.#forms) {
      const start = form.toLowerCase()
      for (let length = start.length - 1; length >= shortestSecret; length -= 1)
        if (lower.endsWith(start.slice(0, length))) return text.slice(0, -length) + redacted
    }
    return text
  }

  /** Whether there is a secret in the text. */
  holdIn(text: string): boolean {
    return this.#pattern !== undefined && text.search(this.#pattern) !== -1
  }

  /** The secrets that stand in the text, as they are written there. */
  foundIn(text: string): string[] {
    return this.#pattern === undefined ? [] : (text.match(this.#pattern) ?? [])
  }
}

function longEnough(values: Iterable<string>): readonly string[] {
  return [...new Set(values)].filter(value => value.length >= shortestSecret)
}

/**
 * How a value may be written: as it is, in a URL, in JSON, and in Base64, alone or inside something longer.
 * Each form has its place in the list, whatever the value; empty where the value has none.
 */
export function formsOf(value: string): string[] {
  const percent = encodeURIComponent(value)
  const form = new URLSearchParams({ v: value }).toString().slice(2)
  const quoted = JSON.stringify(value).slice(1, -1)
  return [value, percent, form, quoted, ...urlForms(value), ...base64Forms(value)]
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
function base64Forms(value: string): string[] {
  const whole = Buffer.from(value)
  const forms = [whole.toString('base64'), whole.toString('base64url')]
  for (const lead of [0, 1, 2]) {
    const text = Buffer.concat([Buffer.alloc(lead), whole])
    const from = Math.ceil((lead * 8) / 6)
    const fragment = text.toString('base64').slice(from, Math.floor((text.length * 8) / 6))
    forms.push(fragment, fragment.replaceAll('+', '-').replaceAll('/', '_'))
  }
  return forms.map(form => (form.length >= shortestFragment ? form : ''))
}

/** The source of a pattern that finds this text and no other. */
export function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
