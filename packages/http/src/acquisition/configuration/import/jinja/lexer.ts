import { TemplateError } from './expression.js'

export interface Token {
  readonly type: 'name' | 'number' | 'text' | 'sign' | 'end'
  readonly text: string
}

const WORD = /[A-Za-z_]\w*/y
const NUMBER = /\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const TEXT = /'((?:[^'\\]|\\[^])*)'|"((?:[^"\\]|\\[^])*)"/y
const SIGN = /==|!=|<=|>=|\/\/|\*\*|[-+*/%~<>=()[\]{}.,:|]/y
const SPACE = /\s*/y

/** The tokens of what stands between `{{` and `}}`. @throws TemplateError for a sign that none knows. */
export function tokensOf(source: string): Token[] {
  const tokens: Token[] = []
  let at = lengthAt(SPACE, source, 0)
  while (at < source.length) {
    const token = tokenAt(source, at)
    tokens.push({ type: token.type, text: token.text })
    at = token.end
    at += lengthAt(SPACE, source, at)
  }
  return [...tokens, { type: 'end', text: '' }]
}

function tokenAt(source: string, at: number): Token & { readonly end: number } {
  const quoted = matchAt(TEXT, source, at)
  if (quoted !== undefined) {
    return { type: 'text', text: unescaped(quoted[1] ?? quoted[2] ?? ''), end: at + quoted[0].length }
  }
  for (const [type, pattern] of [
    ['name', WORD],
    ['number', NUMBER],
    ['sign', SIGN],
  ] as const) {
    const match = matchAt(pattern, source, at)
    if (match !== undefined) return { type, text: match[0], end: at + match[0].length }
  }
  throw new TemplateError(`${JSON.stringify(source[at])} stands where it has no meaning`)
}

function matchAt(pattern: RegExp, source: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at
  return pattern.exec(source) ?? undefined
}

function lengthAt(pattern: RegExp, source: string, at: number): number {
  return matchAt(pattern, source, at)?.[0].length ?? 0
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\n': '',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
}

/** As Python reads escapes: one that it does not know stays as it is. */
export function unescaped(text: string): string {
  return text.replace(
    /\\(?:U(00[01][\da-fA-F]{5})|u([\da-fA-F]{4})|x([\da-fA-F]{2})|([0-7]{1,3})|([^]))/g,
    (whole, ...groups: (string | undefined)[]) => {
      const [wide, u, x, octal, one = ''] = groups
      const code = wide ?? u ?? x
      if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16))
      return octal === undefined ? (ESCAPES[one] ?? whole) : String.fromCharCode(Number.parseInt(octal, 8))
    },
  )
}
