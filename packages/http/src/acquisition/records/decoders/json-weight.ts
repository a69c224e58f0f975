import { PageInvalidError } from '../page-invalid-error.js'

const QUOTE = 34
const COMMA = 44
const COLON = 58
const OPENING_BRACKET = 91
const BACKSLASH = 92
const OPENING_BRACE = 123

/** What an empty array or object takes, and its place in what holds it. */
const CONTAINER_BYTES = 72
/** A value's place, and what a number or a short text takes. */
const VALUE_BYTES = 24
/** A key, where objects do not share their keys. */
const KEY_BYTES = 32
/** The text itself; two bytes a character where it is not Latin-1. */
const TEXT_BYTES = 2

/** No JSON takes more than this for each of its bytes: `[[[[...`. */
const MOST_FOR_A_BYTE = CONTAINER_BYTES + TEXT_BYTES

/**
 * About how much memory the JSON takes while it is read, by the values in it: `[0,0,...]` takes twelve times its
 * bytes. JSON.parse cannot be stopped in its middle, and when it outgrows the heap of a thread, the process may
 * end; so it is judged before. 0 where it is below `most` for sure.
 */
function parsedWeight(bytes: Uint8Array, most: number): number {
  if (bytes.length * MOST_FOR_A_BYTE <= most) return 0
  let weight = bytes.length * TEXT_BYTES
  let inText = false
  for (let at = 0; at < bytes.length; at += 1) {
    const octet = bytes[at]
    if (octet === QUOTE) inText = !inText
    else if (inText) at += octet === BACKSLASH ? 1 : 0
    else if (octet === COMMA) weight += VALUE_BYTES
    else if (octet === COLON) weight += KEY_BYTES
    else if (octet === OPENING_BRACE || octet === OPENING_BRACKET) weight += CONTAINER_BYTES
  }
  return weight
}

/** @throws PageInvalidError for JSON that takes more than `most`. */
export function checkWeight(bytes: Uint8Array, most: number): void {
  const weight = parsedWeight(bytes, most)
  if (weight > most) throw tooHeavy(weight, most)
}

export function tooHeavy(weight: number, most: number): PageInvalidError {
  const [needed, allowed] = [weight, most].map(bytes => `${Math.ceil(bytes / 2 ** 20)} MiB`)
  const message = `once it is parsed the page takes about ${needed} of a thread's memory; allowed is ${allowed}`
  return new PageInvalidError('TOO_HEAVY', `${message}, which follows limits.maxPageSize`)
}
