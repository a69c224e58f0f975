import { formatPieces } from '../jinja/index.js'
import { Refusal } from '../manifest/refusal.js'

const PICTURES: Readonly<Record<string, string>> = {
  Y: '[Y0001]',
  y: '[Y01]',
  m: '[M01]',
  d: '[D01]',
  H: '[H01]',
  M: '[m01]',
  S: '[s01]',
  f: '[f001]000',
  _ms: '[f001]',
  z: '[Z0101]',
  b: '[MNn,3-3]',
  B: '[MNn]',
  a: '[FNn,3-3]',
  A: '[FNn]',
  '%': '%',
} // prettier-ignore

/** A format of Python as JSONata has pictures, as a text in its quotes. */
export function picture(format: string): string {
  const pieces = formatPieces(format).map(piece => {
    if ('text' in piece) return piece.text.replaceAll('[', '[[').replaceAll(']', ']]')
    const found = PICTURES[piece.field]
    if (found === undefined)
      throw new Refusal('date format', `%${piece.field} in a date's format is not understood`)
    return found
  })
  return JSON.stringify(pieces.join(''))
}

/** Milliseconds as a date of that format. */
export function dateText(millis: string, format: string): string {
  if (format === '%s') return `$string($floor(${millis} / 1000))`
  if (format === '%ms') return `$string(${millis})`
  return `$fromMillis(${millis}, ${picture(format)})`
}
