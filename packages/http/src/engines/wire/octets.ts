/** Marks in one byte what has been said by a message's head; a token's mark is also its bit in `TOKENS`. */
export const KEEP_ALIVE = 1
export const CLOSE = 2
export const CHUNKED = 4
export const ENCODED = 8
export const LENGTH_GIVEN = 16
export const TRAILING = 32

/** The header fields that frame a message; each is a bit in `NAMES`. */
const NAME_CONNECTION = 1
export const NAME_CONTENT_LENGTH = 2
const NAME_PROXY_CONNECTION = 4
export const NAME_TRANSFER_ENCODING = 8
/** Set in `NAMES` for every byte that may stand in a field name. */
export const TOKEN_BIT = 128

const names: Readonly<Record<number, string>> = {
  [NAME_CONNECTION]: 'connection',
  [NAME_CONTENT_LENGTH]: 'content-length',
  [NAME_PROXY_CONNECTION]: 'proxy-connection',
  [NAME_TRANSFER_ENCODING]: 'transfer-encoding',
}

const tokens: Readonly<Record<number, string>> = {
  [KEEP_ALIVE]: 'keep-alive',
  [CLOSE]: 'close',
  [CHUNKED]: 'chunked',
}

const TCHAR = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/** 1 for each byte that may stand in a token (RFC 9110, 5.6.2). */
export const IS_TOKEN = tableOf(octet => TCHAR.includes(String.fromCharCode(octet)))
/**
 * 1 for each byte that may stand in a field value (RFC 9110, 5.5): no controls but the tab, obs-text allowed.
 */
export const IS_VALUE = tableOf(octet => octet === 9 || (octet >= 32 && octet !== 127))
/** 1 for each byte of a quoted string that stands for itself. */
export const IS_QUOTED = tableOf(octet => (octet === 9 || octet >= 32) && octet !== 0x22 && octet !== 0x5c)

/** The last row of `NAMES`, for positions at which every known name has ended. */
export const LAST_NAME_ROW = 17
/**
 * `NAMES[position << 8 | octet]`: which known names have this octet at this position. ANDing one row after
 * the other leaves the names that fit so far, with no string ever made.
 */
export const NAMES = matcher(names, LAST_NAME_ROW + 1, octet => (IS_TOKEN[octet] === 1 ? TOKEN_BIT : 0))
/** The same for the tokens of Connection and Transfer-Encoding. */
export const TOKENS = matcher(tokens, 10, () => 0)

/** The length of the name or token that a single remaining bit stands for; 0 for any other mask. */
export const NAME_LENGTH = lengths(names)
export const TOKEN_LENGTH = lengths(tokens)

/** The value of a hexadecimal digit; 255 for what is none. */
export const HEX = Uint8Array.from({ length: 256 }, (_, octet) => {
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(octet).toLowerCase())
  return digit < 0 ? 255 : digit
})

function tableOf(holds: (octet: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, octet) => (holds(octet) ? 1 : 0))
}

function matcher(
  words: Readonly<Record<number, string>>,
  rows: number,
  base: (octet: number) => number,
): Uint8Array {
  const table = Uint8Array.from({ length: rows * 256 }, (_, index) => base(index & 255))
  for (const [bit, word] of Object.entries(words)) {
    for (const [position, letter] of Array.from(word).entries()) {
      for (const octet of new Set([letter.charCodeAt(0), letter.toUpperCase().charCodeAt(0)])) {
        table[(position << 8) | octet] = (table[(position << 8) | octet] ?? 0) | Number(bit)
      }
    }
  }
  return table
}

function lengths(words: Readonly<Record<number, string>>): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, mask) => words[mask]?.length ?? 0)
}
