import { parseDuration } from 'async-patterns'
import * as z from 'zod'
import { compilePath } from '../references/index.js'
import { parseSize, sizePattern } from './parse-size.js'

/*
 * The schema's leaves. Each one's error text says what is allowed, and nothing else: path, value and place
 * are put before it when a problem is reported.
 */

/** The keys of one mapping in a pipeline file. */
export type SchemaShape = Readonly<Record<string, z.ZodType>>

const text = (allowed = 'a text') => z.string({ error: allowed }).min(1, { error: allowed })

function checkedText(allowed: string, accepts: (value: string) => boolean) {
  return text(allowed).refine(accepts, { error: allowed })
}

function count(min: number, max: number, error = `a whole number from ${min} to ${max}`) {
  return z.int({ error }).min(min, { error }).max(max, { error })
}

function countOr<const T extends string>(word: T, min: number, max: number) {
  const error = `${word}, or a whole number from ${min} to ${max}`
  return z.union([z.literal(word), count(min, max, error)], { error })
}

function number(min: number, max: number) {
  const error = `a number from ${min} to ${max}`
  return z.number({ error }).min(min, { error }).max(max, { error })
}

const no = () => z.literal(false, { error: 'false' })

const flag = () => z.boolean({ error: 'true or false' })

/** What `parseDuration` reads, for the JSON Schema too. */
const durationPattern = /^\d+(?:\.\d+)?(?:ms|s|m|h)$/

function duration(minMs: number, allowed: string) {
  const error = `a duration ${allowed}, such as 500ms, 5s, 1m`
  return z
    .string({ error })
    .regex(durationPattern, { error, abort: true })
    .refine(value => parseDuration('duration', value) >= minMs, { error })
}

function size(minBytes: number, allowed: string) {
  const error = `a size ${allowed}, such as 500KB, 64MiB`
  return z
    .string({ error })
    .regex(sizePattern, { error, abort: true })
    .refine(value => parseSize(value) >= minBytes, { error })
}

function oneOf<const T extends readonly [string, ...string[]]>(values: T) {
  return z.enum(values, { error: `one of ${values.join(', ')}` })
}

/** One of the names, or a pattern that `compile` takes; what it throws is the problem. */
function oneOrPattern(names: readonly string[], compile: (pattern: string) => unknown) {
  const allowed = `one of ${names.join(', ')}, or a pattern such as dd.MM.yyyy HH:mm`
  return text(allowed)
    .superRefine((value, context) => {
      if (names.includes(value)) return
      try {
        compile(value)
      } catch (error) {
        context.addIssue({ code: 'custom', message: `${allowed}: ${(error as Error).message}` })
      }
    })
    .meta({ examples: [...names, 'dd.MM.yyyy HH:mm'] })
}

/** A path into a record or a page. */
const path = () =>
  checkedText('a path such as data.items, images[0].url or ["odd.name"]', value =>
    succeeds(() => compilePath(value)),
  )

/** It may be empty. */
const anyText = () => z.string({ error: 'a text' })

/** Whatever JSON can say. */
const json = () => z.unknown()

const url = () =>
  checkedText(
    'an http or https URL without credentials',
    value =>
      URL.canParse(value) && /^https?:$/.test(new URL(value).protocol) && !/^[^/]*\/\/[^/?#]*@/.test(value),
  )

/** What a query parameter or header may be in YAML; it is sent as text. */
const scalarMap = () => {
  // YAML would turn 1.10 into 1.1, and a long number into another one.
  const error = 'a text, a whole number, true or false; other numbers in quotes'
  const scalar = z.union([z.string(), z.int({ error }), z.boolean()], { error })
  return z.record(z.string(), scalar, { error: 'name: value pairs' })
}

const headerNamePattern = /^[\w!#$%&'*+.^`|~-]+$/
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/

const headerName = () => checkedText('the name of a header', name => headerNamePattern.test(name))

/** What can stand in a header. A variable often has a line break at its end. */
const headerText = () =>
  checkedText('a text without line breaks and control characters, in Latin-1', value =>
    headerValue.test(value),
  )

/** What stands before a credential in a header: it may be nothing. */
const headerPrefix = () => {
  const error = 'a text without line breaks and control characters, in Latin-1, or an empty one'
  return z.string({ error }).regex(headerValue, { error })
}

/** Headers that can be sent (RFC 9110, 5.5 and 5.6.2). */
const headerMap = () =>
  scalarMap().superRefine((headers, context) => {
    for (const [name, value] of Object.entries(headers)) {
      const message = headerProblem(name, value)
      if (message !== undefined) context.addIssue({ code: 'custom', path: [name], message })
    }
  })

/** What is allowed instead of a header that cannot be sent. */
function headerProblem(name: string, value: string | number | boolean | object): string | undefined {
  if (!headerNamePattern.test(name)) return "a header whose name has no spaces and signs but !#$%&'*+.^_`|~-"
  return typeof value === 'object' || headerValue.test(String(value))
    ? undefined
    : 'a text without line breaks and control characters, in Latin-1'
}

/** An object that takes no keys but its own; the error text lists them. */
function strict<S extends z.ZodRawShape>(shape: S) {
  const known = Object.keys(shape).join(', ')
  return z.strictObject(shape, {
    error: issue => (issue.code === 'unrecognized_keys' ? known : `a mapping with the keys ${known}`),
  })
}

function succeeds(attempt: () => unknown): boolean {
  try {
    attempt()
    return true
  } catch {
    return false
  }
}

/** What one of the schemas takes; the error text says it for all of them. */
function anyOf<const T extends readonly z.ZodType[]>(options: T, error: string) {
  return z.union(options, { error })
}

function list<T extends z.ZodType>(item: T, error: string) {
  return z.array(item, { error }).min(1, { error })
}

function texts() {
  return z.array(text(), { error: 'a list of texts' }).optional()
}

function textMap<T extends z.ZodType>(value: T) {
  return z.record(z.string(), value, { error: 'text: value pairs' }).optional()
}

/** A name by which text in bytes is decoded (WHATWG Encoding). */
const charset = () =>
  checkedText('a charset such as utf-8, windows-1252 or utf-16le', name =>
    succeeds(() => new TextDecoder(name)),
  )

const wholeNumber = () => z.int({ error: 'a whole number' })

/** A decimal that no float has touched. */
const plainDecimal = () =>
  checkedText('a decimal in quotes such as "0.00"', value => /^-?\d+(?:\.\d+)?$/.test(value))

/**
 * What schemas are made of. A kind gets it handed in, so that a worker thread that uses the kind need not
 * load the schema library.
 */
export const schemaParts = {
  anyOf,
  anyText,
  charset,
  checkedText,
  count,
  countOr,
  duration,
  flag,
  headerMap,
  headerPrefix,
  headerProblem,
  headerName,
  headerText,
  json,
  list,
  no,
  number,
  oneOf,
  oneOrPattern,
  path,
  plainDecimal,
  scalarMap,
  size,
  strict,
  succeeds,
  text,
  textMap,
  texts,
  url,
  wholeNumber,
} as const

export type SchemaParts = typeof schemaParts
