import { PageInvalidError } from '../page-invalid-error.js'
import { shown } from '../unreadable.js'
import type { BodyHead, Decoded } from './format-kind.js'
import { parsePage } from './json.js'

const looksLikeJson = /^(?:\{\s*["}]|\[\s*["[{\]])/
const looksLikeMarkup = /^<(?:!doctype|html|\?xml)/i
const errorKeys = ['error', 'errors', 'fault', 'exception']
/** More JSON in the place of rows is no message. */
const LONGEST_MESSAGE = 64 * 1024

/**
 * What a service answers in the place of a table: JSON, or a web page. Undefined where neither the content type
 * nor the beginning says so.
 */
export function otherThanTable(bytes: Uint8Array, head: BodyHead, wanted: string): Decoded | undefined {
  const type = mediaType(head.contentType)
  const beginning = beginningOf(bytes)
  if (beginning === '') return undefined
  if (looksLikeMarkup.test(beginning) || /^text\/html$|[/+]xml$/.test(type))
    return unexpected(`markup, not ${wanted}`, beginning)
  if (!looksLikeJson.test(beginning) && !isJsonType(type)) return undefined
  return unexpected(`JSON, not ${wanted}`, beginning, jsonOf(bytes, head))
}

/** The same in the place of lines of JSON: a web page, a JSON document over several lines, or an error's JSON. */
export function otherThanLines(bytes: Uint8Array, head: BodyHead): Decoded | undefined {
  const beginning = beginningOf(bytes)
  if (beginning.startsWith('<')) return unexpected('markup, not NDJSON', beginning)
  const isDocument = /^(?:\[|\{\s*[\r\n])/.test(beginning)
  const body = isDocument || isJsonType(mediaType(head.contentType)) ? jsonOf(bytes, head) : undefined
  return isDocument || isError(body)
    ? unexpected('one JSON document, not NDJSON', beginning, body)
    : undefined
}

/** It fails when its rows are read, so that rules for responses see what stands in the body. */
function unexpected(what: string, beginning: string, body?: unknown): Decoded {
  const message = `the body is ${what}: it begins with ${shown(beginning)}`
  return { body, rows: refused(new PageInvalidError('UNEXPECTED_FORMAT', message)) }
}

function refused(error: PageInvalidError): Iterable<never> {
  const refuse = (): never => {
    throw error
  }
  return { [Symbol.iterator]: refuse }
}

function isJsonType(type: string): boolean {
  return /[/+]json$/.test(type)
}

function isError(body: unknown): boolean {
  return typeof body === 'object' && body !== null && errorKeys.some(key => Object.hasOwn(body, key))
}

/** `text/csv` of `text/csv; charset=utf-8`. */
export function mediaType(contentType = ''): string {
  return (contentType.split(';', 1)[0] ?? '').trim().toLowerCase()
}

/** Enough to recognise it, whatever its charset is: without byte order mark, NULs and white space. */
function beginningOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.subarray(0, 400)).toString('latin1')
  return text.replace(/^(?:\u00ef\u00bb\u00bf|\u00ff\u00fe|\u00fe\u00ff)|\0/g, '').trimStart()
}

function jsonOf(bytes: Uint8Array, { contentType }: BodyHead): unknown {
  if (bytes.length > LONGEST_MESSAGE) return undefined
  try {
    return parsePage(bytes, contentType)
  } catch {
    return undefined
  }
}
