/** What Python takes for space. */
export const SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'
const spaces = new RegExp(`[${SPACE}]+`)
const isSpace = new RegExp(`[${SPACE}]`)

/** Code points: what Python counts and cuts at. */
export function characters(text: string): readonly string[] {
  return Array.from(text)
}

/** `strip()`, of spaces or of given signs. */
export function stripped(
  text: string,
  signs?: string,
  ends: { readonly start: boolean; readonly end: boolean } = { start: true, end: true },
): string {
  const all = characters(text)
  const drops = (sign: string | undefined): boolean =>
    sign !== undefined && (signs === undefined ? isSpace.test(sign) : characters(signs).includes(sign))
  let [start, end] = [0, all.length]
  while (ends.start && start < end && drops(all[start])) start++
  while (ends.end && end > start && drops(all[end - 1])) end--
  return all.slice(start, end).join('')
}

/** `split()`, at most so often; undefined: at spaces. */
export function split(text: string, separator?: string, most = -1): readonly string[] {
  if (separator === undefined) return words(text, most)
  const parts = text.split(separator)
  if (most < 0 || parts.length <= most + 1) return parts
  return [...parts.slice(0, most), parts.slice(most).join(separator)]
}

function words(text: string, most: number): readonly string[] {
  const found: string[] = []
  let rest = stripped(text, undefined, { start: true, end: most < 0 })
  while (rest !== '') {
    const at = found.length === most ? -1 : rest.search(spaces)
    found.push(at < 0 ? rest : rest.slice(0, at))
    rest = at < 0 ? '' : stripped(rest.slice(at), undefined, { start: true, end: false })
  }
  return found
}

/** `rsplit()`. */
export function splitFromEnd(text: string, separator: string, most = -1): readonly string[] {
  const parts = text.split(separator)
  if (most < 0 || parts.length <= most + 1) return parts
  return [parts.slice(0, parts.length - most).join(separator), ...parts.slice(parts.length - most)]
}

/** `replace()`, at most so often. */
export function replaced(text: string, from: string, to: string, most = -1): string {
  const parts = from === '' ? ['', ...characters(text), ''] : text.split(from)
  const count = most < 0 ? parts.length - 1 : Math.min(most, parts.length - 1)
  const changed = parts.slice(0, count + 1).join(to)
  return [changed, ...parts.slice(count + 1)].join(from)
}

/** Each word with a large letter: Python's title(), and Jinja's filter, which knows apostrophes. */
export function titled(text: string, word = /\p{L}+/gu): string {
  return text.replace(word, one => capitalized(one))
}

export function capitalized(text: string): string {
  const [first = '', ...rest] = characters(text)
  return first.toUpperCase() + rest.join('').toLowerCase()
}

/** With all percent-encoded but letters, digits and `-_.~`. */
export function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
