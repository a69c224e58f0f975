import { markedNumber } from '../exact-number.js'

const quote = 0x22
const backslash = 0x5c
const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/**
 * The JSON text with each number that JSON.parse would not give back digit by digit marked, so that
 * `exact-number.ts` knows it. A text that is no JSON stays none.
 */
export function markNumbers(text: string): string {
  let marked = ''
  let copied = 0
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at)
    if (code === quote) at = afterString(text, at + 1)
    else if (!isNumeral(code)) at += 1
    else {
      const start = at
      while (isNumeral(text.charCodeAt(at))) at += 1
      const number = text.slice(start, at)
      const mark = markedNumber(number)
      if (mark === undefined || !jsonNumber.test(number)) continue
      marked += text.slice(copied, start) + mark
      copied = at
    }
  }
  return copied === 0 ? text : marked + text.slice(copied)
}

function afterString(text: string, from: number): number {
  for (let at = from; ; at += 1) {
    at = text.indexOf('"', at)
    if (at === -1) return text.length
    let before = at
    while (before > from && text.charCodeAt(before - 1) === backslash) before -= 1
    if ((at - before) % 2 === 0) return at + 1
  }
}

/** A digit, or one of `+ - . e E`: a longest run of them is a number, or makes the text no JSON. */
function isNumeral(code: number): boolean {
  return (
    (code >= 48 && code <= 57) || code === 43 || code === 45 || code === 46 || code === 69 || code === 101
  )
}
