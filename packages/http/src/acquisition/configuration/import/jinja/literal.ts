import type { Constant } from './expression.js'
import { unescaped } from './lexer.js'

/**
 * What a rendered text stands for: the CDK reads it as a Python literal, so that "7" becomes a number and
 * "['a']" a list. What is none stays a text, and so does what is none here: a set, bytes, a number that a
 * double does not hold.
 */
export function literal(text: string): Constant {
  const [, rest = text] = /^(?:[ \t]*\n)*([^]*)$/.exec(text) ?? []
  if (!/^[ \t]*[-+\d.[({'"TFNuU]/.test(rest) || (rest !== text && /^[ \t]/.test(rest))) return text
  try {
    return new LiteralReader(rest).whole()
  } catch (error) {
    if (error instanceof NotLiteral) return text
    throw error
  }
}

class NotLiteral extends Error {}

const SPACE = /(?:[ \t\f]|#[^\n]*)*/y
const WIDE_SPACE = /(?:[ \t\f\r\n]|#[^\n]*)*/y
const NUMBER =
  /(?:0[xX](?:_?[\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*)?\.?(?:\d(?:_?\d)*)?(?:[eE][-+]?\d(?:_?\d)*)?)(?![\w.])/y
const TEXT =
  /[uU]?(?:"""((?:[^\\]|\\[^])*?)"""|'''((?:[^\\]|\\[^])*?)'''|'((?:[^'\\\n]|\\[^])*)'|"((?:[^"\\\n]|\\[^])*)")/y
const WORD = /(?:True|False|None)(?!\w)/y
const WORDS: Readonly<Record<string, boolean | null>> = { True: true, False: false, None: null }

/** Reads what `ast.literal_eval` does. */
class LiteralReader {
  readonly #text: string
  #at = 0
  /** Within brackets lines may end. */
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  whole(): Constant {
    this.#space()
    const first = this.#value()
    const items = this.#takes(',') ? [first, ...this.#rest()] : undefined
    this.#depth = 1
    this.#space()
    if (this.#at < this.#text.length) throw new NotLiteral()
    return items ?? first
  }

  /** What follows the comma of a tuple without brackets. */
  #rest(): Constant[] {
    const items: Constant[] = []
    while (/^[ \t]*[^\s#]/.test(this.#text.slice(this.#at))) {
      items.push(this.#value())
      if (!this.#takes(',')) break
    }
    return items
  }

  #value(): Constant {
    const sign = this.#takes('-') ? '-' : this.#takes('+') ? '+' : ''
    const number = this.#number()
    if (number !== undefined) return sign === '-' ? -number : number
    if (sign !== '') throw new NotLiteral()
    const word = this.#match(WORD)?.[0]
    if (word !== undefined) return WORDS[word]
    if (this.#takes('[')) return this.#items(']').items
    if (this.#takes('{')) return this.#dict()
    if (this.#takes('(')) {
      const { items, hasComma } = this.#items(')')
      return items.length === 1 && !hasComma ? items[0] : items
    }
    return this.#texts()
  }

  #number(): number | undefined {
    const [found = ''] = this.#match(NUMBER) ?? []
    if (!/\d/.test(found)) return undefined
    const digits = found.replaceAll('_', '')
    const value = Number(digits)
    const isWhole = !/[.eE]/.test(digits) || /^0x/i.test(digits)
    if (/^0\d*[1-9]\d*$/.test(digits) || !Number.isFinite(value)) throw new NotLiteral()
    if (isWhole && !Number.isSafeInteger(value)) throw new NotLiteral()
    return value
  }

  /** Texts side by side are one. */
  #texts(): string {
    let whole: string | undefined
    for (;;) {
      const found = this.#match(TEXT)
      if (found === undefined) break
      const [, a, b, c, d] = found
      whole = (whole ?? '') + unescaped(a ?? b ?? c ?? d ?? '')
    }
    if (whole === undefined) throw new NotLiteral()
    return whole
  }

  #items(closing: string): { readonly items: Constant[]; readonly hasComma: boolean } {
    const items: Constant[] = []
    let hasComma = false
    this.#depth++
    this.#space()
    while (!this.#ends(closing)) {
      items.push(this.#value())
      if (!this.#takes(',')) {
        if (!this.#ends(closing)) throw new NotLiteral()
        break
      }
      hasComma = true
    }
    return { items, hasComma }
  }

  #dict(): Constant {
    const entries: [string, Constant][] = []
    this.#depth++
    this.#space()
    while (!this.#ends('}')) {
      const key = this.#value()
      if (!this.#takes(':') || typeof key === 'object') throw new NotLiteral()
      entries.push([String(key), this.#value()])
      if (!this.#takes(',')) {
        if (!this.#ends('}')) throw new NotLiteral()
        break
      }
    }
    return Object.fromEntries(entries)
  }

  #ends(closing: string): boolean {
    if (this.#text[this.#at] !== closing) return false
    this.#depth--
    this.#at++
    this.#space()
    return true
  }

  #takes(sign: string): boolean {
    if (this.#text[this.#at] !== sign) return false
    this.#at++
    if ('[{('.includes(sign)) return true
    this.#space()
    return true
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text) ?? undefined
    if (found === undefined || found[0] === '') return undefined
    this.#at += found[0].length
    this.#space()
    return found
  }

  #space(): void {
    const pattern = this.#depth > 0 ? WIDE_SPACE : SPACE
    pattern.lastIndex = this.#at
    this.#at += pattern.exec(this.#text)?.[0].length ?? 0
  }
}
