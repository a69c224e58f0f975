import { compilePath } from '../references/index.js'
import { compareDecimals } from './decimal-order.js'
import { isJsonNumber, valueText } from './exact-number.js'
import { readInstant } from './instant-text.js'
import type { PageContext } from './page-context.js'
import type { PageNotes } from './page-notes.js'
import { fieldReader } from './types/kinds.js'
import { shown } from './unreadable.js'

/** The value by which a stream is taken from where it was left. */
export interface SinceRule {
  /** Its path in the raw record. */
  readonly field: string
  readonly type: 'date' | 'number' | 'text'
  /** How a date is written: a format of the mapping's type `date`. Dates by ISO 8601 are read in any case. */
  readonly format?: string | undefined
  /** Records older than `window.since` are left out. */
  readonly filter: boolean
  /** Such a record says that all behind it is known: the newest come first. */
  readonly stopAtKnown: boolean
}

/** What the values of a page's records say. */
interface PageSince {
  /** False for a record that is left out. */
  takes(record: object): boolean
  readonly found: SinceFound
}

export interface SinceFound {
  /** The highest value, in a canonical text: a date in ISO 8601, UTC, with milliseconds; a plain decimal. */
  readonly highest?: string | undefined
  readonly reachedKnown?: true | undefined
}

/** Compiles the rule once. @throws TypeError or RangeError for a path or format that is none. */
export function sinceReader(
  rule: SinceRule,
): (context: PageContext | undefined, notes: PageNotes) => PageSince {
  const valueAt = compilePath(rule.field)
  const textOf = canonicalReader(rule)
  const isBefore = (a: string, b: string): boolean =>
    rule.type === 'number' ? compareDecimals(a, b) < 0 : a < b
  return (context, notes) => {
    const since = context?.window?.since
    let highest: string | undefined
    let reachedKnown = false
    return {
      takes(record) {
        const value = valueAt(record)
        const text = textOf(value)
        if (text === undefined) {
          notes.add(
            'CURSOR_UNREADABLE',
            rule.field,
            `since.field ${rule.field} is ${shown(value)}, no ${rule.type}`,
          )
          return true
        }
        if (highest === undefined || isBefore(highest, text)) highest = text
        if (since === undefined || !isBefore(text, since)) return true
        reachedKnown ||= rule.stopAtKnown
        return !rule.filter
      },
      get found() {
        return {
          ...(highest !== undefined && { highest }),
          ...(reachedKnown && { reachedKnown: true as const }),
        }
      },
    }
  }
}

function canonicalReader({ type, format }: SinceRule): (value: unknown) => string | undefined {
  switch (type) {
    case 'text':
      return value => (typeof value === 'string' ? value : isJsonNumber(value) ? valueText(value) : undefined)
    case 'number':
      return numberText
    case 'date': {
      const read = format === undefined ? readInstant : fieldReader({ type: 'date', format, zone: 'UTC' })
      return value => {
        const date = read(value, undefined)
        return readInstant(date) ?? readInstant(value)
      }
    }
  }
}

function numberText(value: unknown): string | undefined {
  if (isJsonNumber(value)) return valueText(value)
  return typeof value === 'string' && value.length <= longestNumber && /^-?\d+(?:\.\d+)?$/.test(value)
    ? value
        .replace(/^(-?)0+(?=\d)/, '$1')
        .replace(/(\.\d*?)0+$/, '$1')
        .replace(/\.$/, '')
    : undefined
}

const longestNumber = 400
