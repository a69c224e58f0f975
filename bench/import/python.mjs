/**
 * Python's values as JavaScript's: None is null, an undefined variable is undefined, a dict is a plain object,
 * a whole float is a PyFloat, an integer that a double cannot hold a bigint.
 */

/** A float that is whole: its text keeps the point. */
export class PyFloat {
  constructor(value) {
    this.value = value
  }

  valueOf() {
    return this.value
  }
}

/** What Python calls a dict: an object without a class. */
export function isDict(value) {
  return value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype
}

export function truthy(value) {
  if (Array.isArray(value)) return value.length > 0
  if (isDict(value)) return Object.keys(value).length > 0
  if (value instanceof PyFloat) return value.value !== 0
  return Boolean(value)
}

export function pyFloat(number) {
  return Number.isInteger(number) ? new PyFloat(number) : number
}

/** str(value). */
export function str(value) {
  return typeof value === 'string' ? value : repr(value)
}

function repr(value) {
  if (value === undefined) return ''
  if (value === null) return 'None'
  if (value === true) return 'True'
  if (value === false) return 'False'
  if (typeof value === 'string') return quoted(value)
  if (value instanceof PyFloat) return `${value.value}.0`
  if (Array.isArray(value)) return `[${value.map(repr).join(', ')}]`
  if (isDict(value))
    return `{${Object.entries(value)
      .map(([k, v]) => `${repr(k)}: ${repr(v)}`)
      .join(', ')}}`
  return String(value)
}

function quoted(text) {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const inner = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
  return quote + (quote === "'" ? inner.replaceAll("'", "\\'") : inner) + quote
}

export function equals(a, b) {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((x, i) => equals(x, b[i]))
  if (isDict(a) && isDict(b)) {
    const keys = Object.keys(a)
    return keys.length === Object.keys(b).length && keys.every(key => equals(a[key], b[key]))
  }
  const [x, y] = [plain(a), plain(b)]
  // Python: True == 1, and 1 == 1.0
  return typeof x === typeof y || (isNumber(x) && isNumber(y)) ? x === y || Number(x) === Number(y) : false
}

const isNumber = value => typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'

function plain(value) {
  if (value === undefined) return null
  return value !== null && typeof value === 'object' && value.valueOf ? value.valueOf() : value
}

/** JSON with whole numbers kept exactly. */
export function parseJson(text) {
  if (!/\d{16}/.test(text)) return JSON.parse(text)
  const marked = text.replace(/("(?:[^"\\]|\\.)*")|(-?\d{16,})(?![\d.eE])/g, (all, string, digits) =>
    string === undefined ? `{"\\u0000int":"${digits}"}` : all,
  )
  return JSON.parse(marked, (_, value) =>
    isDict(value) && '\u0000int' in value ? whole(value['\u0000int']) : value,
  )
}

function whole(digits) {
  const number = Number(digits)
  return Number.isSafeInteger(number) ? number : BigInt(digits)
}

export function toJson(value) {
  const text = JSON.stringify(value, (_, one) => {
    if (typeof one === 'bigint') return `\u0000${one}\u0000`
    if (one instanceof PyFloat) return one.value
    return one
  })
  return text?.replace(/"\\u0000(-?\d+)\\u0000"/g, '$1')
}

/** ast.literal_eval; undefined where the text is no literal. */
export function literal(text) {
  if (!/^[\s+\-\d.'"[({TFNbru]/.test(text)) return undefined
  // Blanks before it are no matter since Python 3.10.
  const reader = { text: text.trimEnd().replace(/^[ \t]+/, ''), at: 0 }
  try {
    const value = readValue(reader)
    skip(reader)
    return reader.at === reader.text.length ? { value } : undefined
  } catch {
    return undefined
  }
}

function skip(reader) {
  while (/\s/.test(reader.text[reader.at] ?? 'x')) reader.at += 1
}

const TOKENS =
  /(?<word>True|False|None)\b|(?<float>[+-]?(?:\d[\d_]*\.\d*|\.\d+|\d+(?=[eE]))(?:[eE][+-]?\d+)?)|(?<int>[+-]?(?:0+(?!\d)|[1-9](?:_?\d)*))(?![\d\w.])/y

function readValue(reader) {
  skip(reader)
  const first = reader.text[reader.at]
  if (first === '[') return readList(reader, ']')
  if (first === '(') return readList(reader, ')')
  if (first === '{') return readDict(reader)
  if (first === '"' || first === "'") return readText(reader, first)
  TOKENS.lastIndex = reader.at
  const { word, float, int } = TOKENS.exec(reader.text)?.groups ?? {}
  const found = word ?? float ?? int
  if (found === undefined) throw new Error('no literal')
  reader.at += found.length
  if (word !== undefined) return { True: true, False: false, None: null }[word]
  return float === undefined ? whole(int.replaceAll('_', '').replace('+', '')) : pyFloat(Number(float))
}

function readList(reader, end) {
  const values = []
  let commas = 0
  for (reader.at += 1; ; ) {
    skip(reader)
    if (reader.text[reader.at] === end) break
    values.push(readValue(reader))
    skip(reader)
    if (reader.text[reader.at] === ',') {
      reader.at += 1
      commas += 1
    } else if (reader.text[reader.at] !== end) throw new Error('no list')
  }
  reader.at += 1
  return end === ')' && values.length === 1 && commas === 0 ? values[0] : values
}

function readDict(reader) {
  const result = {}
  for (reader.at += 1; ; ) {
    skip(reader)
    if (reader.text[reader.at] === '}') break
    const key = readValue(reader)
    skip(reader)
    if (reader.text[reader.at] !== ':') throw new Error('no dict')
    reader.at += 1
    result[str(key)] = readValue(reader)
    skip(reader)
    if (reader.text[reader.at] === ',') reader.at += 1
    else if (reader.text[reader.at] !== '}') throw new Error('no dict')
  }
  reader.at += 1
  return result
}

function readText(reader, quote) {
  let text = ''
  for (reader.at += 1; reader.text[reader.at] !== quote; reader.at += 1) {
    let letter = reader.text[reader.at]
    if (letter === undefined || letter === '\n') throw new Error('no text')
    if (letter === '\\') {
      reader.at += 1
      const next = reader.text[reader.at]
      letter = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"' }[next] ?? `\\${next}`
    }
    text += letter
  }
  reader.at += 1
  return text
}
