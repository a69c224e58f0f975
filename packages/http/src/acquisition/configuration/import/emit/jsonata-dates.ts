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
  '-m': '[M]',
  '-d': '[D]',
  '-H': '[H]',
  j: '[d001]',
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

const ISO = /^%Y-%m-%d(?:T%H:%M:%S(?:\.(?:%f|%_ms))?(?:%z|Z)?)?$/

/**
 * A text of that format as milliseconds.
 * @throws Refusal for one that pictures read in another way: two digits of a year are of 1900 to them.
 */
export function millisIn(text: string, format: string): string {
  if (format === '%s' || format === '%s_as_float') return `($number(${text}) * 1000)`
  if (format === '%ms') return `$number(${text})`
  if (ISO.test(format)) return `$toMillis(${text})`
  if (formatPieces(format).some(piece => 'field' in piece && piece.field === 'y'))
    throw new Refusal('date format', `a date of the form ${format} cannot be read here`)
  return `$toMillis(${text}, ${picture(format).replaceAll('[f001]000', '[f]').replaceAll('[f001]', '[f]')})`
}

/** Milliseconds as a date of that format. */
export function dateText(millis: string, format: string): string {
  if (format === '%s') return `$string($floor(${millis} / 1000))`
  if (format === '%ms') return `$string(${millis})`
  if (format === '%epoch_microseconds') return `$string(${millis} * 1000)`
  return `$fromMillis(${millis}, ${picture(format)})`
}
