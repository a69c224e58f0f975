/** One link of a Link header. */
interface WebLink {
  /** As it is written: perhaps relative, perhaps in raw bytes (Latin-1). */
  readonly target: string
  /** In lower case. */
  readonly relations: readonly string[]
  /** What the link belongs to, when that is not the page itself. */
  readonly anchor: string | undefined
}

/** What a header says, and where it was first seen that it says something else too. */
interface ReadLinks {
  readonly links: readonly WebLink[]
  readonly unread: string | undefined
}

const separators = /[\s,;]*/y
const bracketed = /<([^<>]*)>/y
/** A target without its brackets: it looks like a URL, and a parameter that every link knows follows it. */
const bare = /(?=[^\s<>"]*[/?])([^\s<>"]+?)\s*(?=;\s*(?:rel|rev|title|type|media|hreflang|anchor)\*?\s*=)/iy
const parameterEnd = /[\s;]*/y
const parameterName = /([^\s=;,<>"']+)\s*/y
const equals = /=\s*/y
const quoted = /"((?:[^"\\]|\\.)*)"/y
const singleQuoted = /'([^']*)'(?=\s*(?:[;,]|$))/y
const unquoted = /["']?([^;,<]*)/y

/**
 * Reads a Link header (RFC 8288) as servers write it: also without brackets or with single quotes, with
 * several words unquoted, and with `;` or `,` where nothing follows. What is no link all the same is `unread`.
 */
export function webLinks(header: string): ReadLinks {
  const reader = new Reader(header)
  const links: WebLink[] = []
  let unread: string | undefined
  reader.take(separators)
  while (!reader.atEnd) {
    const from = reader.at
    const target = reader.take(bracketed) ?? reader.take(bare)
    const link = target === undefined ? undefined : linkOf(target.trim(), parametersOf(reader))
    if (link === undefined) unread ??= header.slice(from)
    else links.push(link)
    if (target === undefined) reader.skipTo('<')
    reader.take(separators)
  }
  return { links, unread }
}

/** Undefined for a link that does not say what it is. */
function linkOf(target: string, parameters: ReadonlyMap<string, string>): WebLink | undefined {
  const relations = wordsOf(parameters.get('rel') ?? extended(parameters.get('rel*') ?? ''))
  if (relations.length === 0 && !parameters.has('rev')) return undefined
  return { target, relations, anchor: parameters.get('anchor') }
}

/** By their names in lower case; of several with one name the first counts (RFC 8288, 3.3). */
function parametersOf(reader: Reader): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>()
  for (;;) {
    reader.take(parameterEnd)
    const name = reader.take(parameterName)?.toLowerCase()
    if (name === undefined) return parameters
    const value = reader.take(equals) === undefined ? '' : valueOf(reader)
    if (!parameters.has(name)) parameters.set(name, value)
  }
}

function valueOf(reader: Reader): string {
  const text = reader.take(quoted)?.replace(/\\(.)/g, '$1')
  return text ?? reader.take(singleQuoted) ?? (reader.take(unquoted) ?? '').trim()
}

/** Words of printable ASCII; quotes of all kinds and commas only part them. */
function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^\x21\x23-\x26\x28-\x2b\x2d-\x7e]+/)
    .filter(word => word !== '')
}

/** `UTF-8'en'next` (RFC 8187). */
function extended(text: string): string {
  const value = text.replace(/^[^']*'[^']*'/, '')
  return value.replace(/%([\da-f]{2})/gi, (_, octet: string) => String.fromCharCode(parseInt(octet, 16)))
}

/** A place in a text, moved by what is taken there. */
class Reader {
  readonly #text: string
  at = 0

  constructor(text: string) {
    this.#text = text
  }

  get atEnd(): boolean {
    return this.at >= this.#text.length
  }

  /** What the sticky pattern finds here: its group, or else all of it. Undefined when it is not here. */
  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.#text)
    if (found === null) return undefined
    this.at = pattern.lastIndex
    return found[1] ?? found[0]
  }

  /** To where the text is found next, behind this place, or to its end. */
  skipTo(text: string): void {
    const next = this.#text.indexOf(text, this.at + 1)
    this.at = next < 0 ? this.#text.length : next
  }
}
