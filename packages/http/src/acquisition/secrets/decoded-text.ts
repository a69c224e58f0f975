/** A text as it reads when its escapes are resolved, and where each of its characters stood. */
export interface DecodedText {
  readonly text: string
  /** The place of a character in the first text; for the end of the text, its end. */
  readonly origin: (at: number) => number
}

const hex = '[\\da-f]'
const continued = `%[89ab]${hex}`
/** One character as it may be written in a URL, in JSON or JavaScript, or in HTML. */
const escape = new RegExp(
  [
    `%[cd]${hex}${continued}|%e${hex}(?:${continued}){2}|%f[0-7](?:${continued}){3}|%u${hex}{4}|%${hex}{2}`,
    `\\\\(?:u\\{${hex}{1,6}\\}|u${hex}{4}|x${hex}{2}|[^ux])`,
    `&(?:#x${hex}{1,12};?|#\\d{1,12};?|[a-z]{2,8}\\d{0,2};)`,
  ].join('|'),
  'gi',
)

/** One layer of escapes less; undefined where there is none. */
export function decoded({ text, origin }: DecodedText): DecodedText | undefined {
  const parts: string[] = []
  /** By turns an escape and what follows it literally: where it begins here, and where it began before. */
  const starts: number[] = []
  const origins: number[] = []
  let length = 0
  let copied = 0
  escape.lastIndex = 0
  for (let match = escape.exec(text); match !== null; match = escape.exec(text)) {
    const meaning = meaningOf(match[0])
    if (meaning === undefined) continue
    const before = text.slice(copied, match.index)
    parts.push(before, meaning)
    starts.push(length + before.length, length + before.length + meaning.length)
    copied = escape.lastIndex
    origins.push(match.index, copied)
    length += before.length + meaning.length
  }
  if (parts.length === 0) return undefined
  const local = (at: number): number => {
    const index = lastUpTo(starts, at)
    const isEscape = index % 2 === 0
    return index < 0 ? at : (origins[index] ?? 0) + (isEscape ? 0 : at - (starts[index] ?? 0))
  }
  return { text: parts.join('') + text.slice(copied), origin: at => origin(local(at)) }
}

/** Index of the last number that is not above `most`, -1 where all are. */
function lastUpTo(sorted: readonly number[], most: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? 0) <= most) low = middle + 1
    else high = middle
  }
  return low - 1
}

function meaningOf(written: string): string | undefined {
  const kind = written.charAt(1)
  if (written.startsWith('&')) {
    if (kind !== '#') return entities.get(written.slice(1, -1).toLowerCase())
    return /^&#x/i.test(written) ? character(written.slice(3), 16) : character(written.slice(2), 10)
  }
  if (/[ux]/i.test(kind)) return character(written.replace(/^..\{?/, ''), 16)
  if (written.startsWith('%'))
    return written.length === 3 ? character(kind + written.charAt(2), 16) : fromUrl(written)
  return controls[kind] ?? kind
}

function fromUrl(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** What comes after the digits does not count. */
function character(digits: string, base: number): string | undefined {
  const code = Number.parseInt(digits, base)
  return code <= 0x10_ffff ? String.fromCodePoint(code) : undefined
}

const controls: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/** The entities of HTML for the characters of ASCII and Latin-1, those in a row from the first one's code on. */
const rows: readonly (readonly [first: number, names: string])[] = [
  [0x09, 'tab newline'],
  [0x21, 'excl quot num dollar percnt amp apos lpar rpar ast plus comma - period sol'],
  [0x2a, 'midast'],
  [0x3a, 'colon semi lt equals gt quest commat'],
  [0x5b, 'lsqb bsol rsqb hat lowbar grave'],
  [0x5b, 'lbrack - rbrack - underbar'],
  [0x7b, 'lcub verbar rcub'],
  [0x7b, 'lbrace vert rbrace'],
  [0xa0, 'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr'],
  [0xb0, 'deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest'],
  [0xd7, 'times'],
  [0xdf, 'szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute'],
  [0xee, 'icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml'],
  [0xfd, 'yacute thorn yuml'],
]
const entities = new Map(
  rows.flatMap(([first, names]) =>
    names.split(' ').map((name, index) => [name, String.fromCharCode(first + index)] as const),
  ),
)
