/**
 * Headers as a record: names in lower case, repeated ones joined with ", "; those of Set-Cookie, which may hold
 * commas (RFC 9110, 5.3), with a line feed.
 */
export type HeaderRecord = Record<string, string>

type Headers = Readonly<Record<string, string>>

/** Both together; of those with the same name, whatever its case, the last one stays. */
export function mergedHeaders(earlier: Headers | undefined, later: Headers | undefined): Headers {
  const merged = new Map<string, readonly [name: string, value: string]>()
  for (const [name, value] of [...Object.entries(earlier ?? {}), ...Object.entries(later ?? {})])
    merged.set(name.toLowerCase(), [name, value])
  return Object.fromEntries(merged.values())
}

/**
 * A URL out of a header. Its bytes came as Latin-1 but may be UTF-8, or anything: those beyond ASCII are
 * percent-encoded one by one, and so stay as they are.
 */
export function headerUrl(value: string): string {
  return value.replace(/[\x80-\xff]/g, octet => `%${octet.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** Headers as they came: undici's list of names and values, or the text of a head. */
export type RawHeaders = readonly Buffer[] | string

export function headerRecord(raw: RawHeaders): HeaderRecord {
  const record = Object.create(null) as HeaderRecord
  const add = (name: string, value: string): void => {
    const known = record[name]
    const separator = name === 'set-cookie' ? '\n' : ', '
    record[name] = known === undefined ? value : known + separator + value
  }
  if (typeof raw === 'string') eachLine(raw, add)
  else for (let i = 0; i < raw.length; i += 2) add(nameAt(raw, i), valueAt(raw, i))
  return record
}

/**
 * The Content-Encoding; empty if there is none. Found without making the record: it is wanted for every
 * response.
 */
export function contentEncodingOf(raw: RawHeaders): string {
  const field = 'content-encoding'
  if (typeof raw === 'string') return /content-encoding:/i.test(raw) ? (headerRecord(raw)[field] ?? '') : ''
  for (let i = 0; i < raw.length; i += 2) {
    if (raw[i]?.length === field.length && nameAt(raw, i) === field) return headerRecord(raw)[field] ?? ''
  }
  return ''
}

/**
 * The body's length if the head tells it, the first of several, for they are equal; undefined for a body that
 * ends where it ends.
 */
export function contentLengthOf(raw: RawHeaders): number | undefined {
  const [length] = /^\d{1,15}(?=$|[ ,])/.exec(headerRecord(raw)['content-length'] ?? '') ?? []
  return length === undefined ? undefined : Number(length)
}

function nameAt(raw: readonly Buffer[], i: number): string {
  return raw[i]?.toString('latin1').toLowerCase() ?? ''
}

function valueAt(raw: readonly Buffer[], i: number): string {
  return raw[i + 1]?.toString('latin1') ?? ''
}

/** The lines of a head that the parser has passed: there is a colon in each, and no folding. */
function eachLine(head: string, add: (name: string, value: string) => void): void {
  const lines = head.split('\r\n')
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i] ?? ''
    const colon = line.indexOf(':')
    if (colon > 0)
      add(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, ''))
  }
}
