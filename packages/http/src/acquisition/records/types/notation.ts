import { canonical } from '../exact-number.js'

/** How numbers are written somewhere: a pattern with the groups `grouped`, `whole` and `fraction`. */
export interface Notation {
  readonly pattern: RegExp
  /** The characters that group digits, to be taken out. */
  readonly groups: RegExp
}

const spaces = ' \u00a0\u202f\u2009'
const apostrophes = "'\u2019"
/** Longer texts are no number that anybody means, and cost time. */
const longestNumeral = 80

/**
 * The one notation of a locale (CLDR, with the separators of its plain and its money form), or without a
 * locale the two that the world uses: a text that they read differently is ambiguous.
 * @throws RangeError for what is no BCP 47 tag.
 */
export function notationsOf(locale: string | undefined): readonly Notation[] {
  return locale === undefined ? eitherNotation : [notationOf(locale)]
}

/** The unsigned number's plain decimal text; undefined when malformed, null when it may mean two things. */
export function readNumeral(text: string, notations: readonly Notation[]): string | undefined | null {
  if (text.length > longestNumeral) return undefined
  let reading: string | undefined
  for (const notation of notations) {
    const value = readIn(notation, text)
    if (value === undefined) continue
    if (reading !== undefined && reading !== value) return null
    reading = value
  }
  return reading
}

function readIn({ pattern, groups }: Notation, text: string): string | undefined {
  const parts = pattern.exec(text)?.groups
  if (parts === undefined) return undefined
  const { grouped, whole = grouped?.replace(groups, ''), fraction = '' } = parts
  if (whole === undefined && fraction === '') return undefined
  return canonical(whole ?? '', /^\d/.test(fraction) ? fraction : '')
}

function notationOf(locale: string): Notation {
  const decimals = new Set<string>()
  const groups = new Set<string>()
  for (const style of [
    {},
    { style: 'currency', currency: 'EUR' },
    { style: 'currency', currency: 'CHF' },
  ] as const) {
    const parts = sampleParts(locale, style)
    for (const { type, value } of parts) {
      if (type === 'decimal') decimals.add(value)
      if (type === 'group') for (const char of alikes(value)) groups.add(char)
    }
  }
  for (const char of decimals) groups.delete(char)
  const sizes = sampleParts(locale, {}).flatMap(part => (part.type === 'integer' ? [part.value.length] : []))
  return notation([...decimals].join(''), [...groups].join(''), sizes.at(-1), sizes.at(-2))
}

function sampleParts(locale: string, style: Intl.NumberFormatOptions): Intl.NumberFormatPart[] {
  const format = new Intl.NumberFormat(locale, { ...style, numberingSystem: 'latn', useGrouping: true })
  return format.formatToParts(123_456_789.5)
}

/** People type any space for a space, and either apostrophe. */
function alikes(separator: string): string {
  return [spaces, apostrophes].find(set => set.includes(separator)) ?? separator
}

function notation(decimals: string, groups: string, last = 3, inner = last): Notation {
  const group = `[${groups}]`
  const grouped = `[1-9]\\d{0,${inner - 1}}(?<separator>${group})(?:\\d{${inner}}\\k<separator>)*\\d{${last}}`
  // A dash in the place of the cents is Swiss and German for "none": 5.-
  const source = `^(?:(?<whole>\\d+)|(?<grouped>${grouped}))?(?:[${decimals}](?<fraction>\\d+|(?<=\\d.)[-–—]{1,2}))?$`
  return { pattern: new RegExp(source), groups: new RegExp(group, 'g') }
}

const eitherNotation = [notation('.', ','), notation(',', '.')]
