import { PageInvalidError } from '../page-invalid-error.js'
import { shown } from '../unreadable.js'
import { BadRow } from './bad-row.js'
import { decodePieces } from './charset.js'
import type { BodyHead, FormatKind } from './format-kind.js'
import { checkWeight } from './json-weight.js'
import type { Line } from './lines.js'
import { linesOf } from './lines.js'
import { markNumbers } from './mark-numbers.js'
import { otherThanLines } from './other-format.js'

export const ndjsonFormat: FormatKind<{ readonly type: 'ndjson' }> = {
  type: 'ndjson',
  summary: 'a JSON value in each line (JSON Lines)',
  accept: 'application/x-ndjson, application/jsonl, */*;q=0.1',
  schema: () => ({}),
  decoder: () => (bytes, head) => otherThanLines(bytes, head) ?? { rows: recordsOf(bytes, head) },
}

/** Numbers are exact, as in a JSON page. */
function* recordsOf(bytes: Uint8Array, head: BodyHead): Generator {
  let isJson = false
  let first: Line | undefined
  for (const line of linesOf(decodePieces(bytes, head.contentType))) {
    if (line.text.trim() === '') continue
    first ??= line
    const record = recordOf(line, head)
    isJson ||= !(record instanceof BadRow)
    yield record
  }
  if (first !== undefined && !isJson && !first.text.trimStart().startsWith('{')) throw noLines(first)
}

/** A line that is no JSON is a bad row. @throws PageInvalidError where it is the last one and was cut off. */
function recordOf({ number, text, isEnded }: Line, { maxParsedBytes }: BodyHead): unknown {
  try {
    if (isLong(text, maxParsedBytes)) checkWeight(Buffer.from(text), maxParsedBytes)
    return JSON.parse(markNumbers(text))
  } catch (error) {
    if (error instanceof PageInvalidError) throw error
    if (!isEnded) throw cutOff(number, text)
    return new BadRow(number, 'INVALID_JSON', `it is not JSON: ${shown(text)}`, text)
  }
}

/** Shorter lines weigh less than is allowed, whatever is in them. */
function isLong(text: string, most: number): boolean {
  return text.length * 100 > most
}

function cutOff(number: number, text: string): PageInvalidError {
  const message = `the body ends in the middle of line ${number}, which is not JSON: ${shown(text)}`
  return new PageInvalidError('TRUNCATED_BODY', message)
}

/** A message in plain text would read as bad rows, and pass for a page. */
function noLines({ text }: Line): PageInvalidError {
  const message = `no line of the body is JSON: it begins with ${shown(text)}`
  return new PageInvalidError('UNEXPECTED_FORMAT', message)
}
