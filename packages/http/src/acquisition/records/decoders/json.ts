import { isCutShort } from './cut-short.js'
import { decodeText } from './charset.js'
import type { FormatKind } from './format-kind.js'
import { checkWeight } from './json-weight.js'
import { markNumbers } from './mark-numbers.js'
import { PageInvalidError } from '../page-invalid-error.js'
import { shown } from '../unreadable.js'

export const jsonFormat: FormatKind<{ readonly type: 'json' }> = {
  type: 'json',
  summary: 'one JSON value, in which `records` says where the records are',
  accept: 'application/json',
  schema: () => ({}),
  decoder:
    () =>
    (bytes, { contentType, maxParsedBytes }) => {
      checkWeight(bytes, maxParsedBytes)
      return { body: parsePage(bytes, contentType) }
    },
}

/**
 * A page's bytes as a JSON value that has lost no digit: `exact-number.ts` tells how numbers stand in it.
 * @throws PageInvalidError
 */
export function parsePage(bytes: Uint8Array, contentType?: string): unknown {
  const text = decodeText(bytes, contentType)
  try {
    return JSON.parse(markNumbers(text))
  } catch (error) {
    throw invalid(text, error)
  }
}

function invalid(text: string, cause: unknown): PageInvalidError {
  if (cause instanceof RangeError) {
    return new PageInvalidError('INVALID_JSON', 'the JSON is too large to be read exactly', { cause })
  }
  const trimmed = text.trimStart()
  const beginning = `it begins with ${shown(trimmed.slice(0, 200))}`
  if (trimmed === '') return new PageInvalidError('EMPTY_BODY', 'the body is empty', { cause })
  if (trimmed.startsWith('<')) {
    return new PageInvalidError('MARKUP_NOT_JSON', `the body is markup, not JSON: ${beginning}`, { cause })
  }
  if (/^[[{"]/.test(trimmed) && isCutShort(trimmed)) {
    const message = `the body ends in the middle of its JSON, after ${text.length} characters`
    return new PageInvalidError('TRUNCATED_JSON', message, { cause })
  }
  return new PageInvalidError('INVALID_JSON', `the body is not JSON: ${beginning}`, { cause })
}
