import { hash } from 'node:crypto'
import { compilePath } from '../references/index.js'
import type { Secrets } from '../secrets/index.js'
import type { AddedValues } from './field-path.js'
import { canonicalJson } from './canonical-json.js'
import { tooDeep } from './depth.js'
import type { DropRule } from './kept-values.js'
import { dropper } from './kept-values.js'
import { holdsLoneSurrogate } from './lone-surrogate.js'
import { holdsSecret } from './secret-filter.js'
import type { FieldValue } from './types/field-type.js'
import { readCanonicalString } from './types/string.js'
import { Unreadable } from './unreadable.js'

/**
 * What tells records apart: a path, or several; `contentHash`, all that they hold; `none`, the place where they
 * came. A path may be the name of an added field.
 */
export type IdRule = string | readonly string[]

/** A raw record, and what is known of it besides. */
interface IdSource {
  readonly record: object
  /** Its added fields. */
  readonly added?: AddedValues | undefined
  /** Its place in its page, from 0. */
  readonly index: number
  readonly pageId: string
}

export type IdReader = (source: IdSource) => string | Unreadable

const missing = new Unreadable('MISSING_FIELD', 'it is missing or null')
const emptyId = new Unreadable('EMPTY_VALUE', 'it is empty')
const brokenId = new Unreadable('LONE_SURROGATE', 'it holds half a character (a lone surrogate)')

/** `drop`: what no hash is made of. `hashed`: which added fields are a part of it. */
interface IdParts {
  readonly drop?: readonly DropRule[] | undefined
  readonly hashed: readonly string[]
  readonly secrets: Secrets
}

/** @throws TypeError for a path that is malformed. */
export function idReader(rule: IdRule, { drop, hashed, secrets }: IdParts): IdReader {
  if (rule === 'none') return ({ pageId, index }) => `${pageId}#${index}`
  if (rule === 'contentHash') return hashReader(dropper(drop), hashed)
  if (typeof rule === 'string') return pathReader(rule, secrets)
  const readers = rule.map(path => [path, pathReader(path, secrets)] as const)
  return source => {
    const parts: string[] = []
    for (const [path, read] of readers) {
      const part = read(source)
      if (part instanceof Unreadable) return new Unreadable(part.code, `${path}: ${part.reason}`)
      parts.push(part)
    }
    return JSON.stringify(parts)
  }
}

function pathReader(path: string, secrets: Secrets): IdReader {
  const valueAt = compilePath(path)
  return ({ record, added = {} }) => {
    const value = Object.hasOwn(added, path) ? added[path] : valueAt(record)
    if (value === undefined || value === null) return missing
    if (value instanceof Unreadable) return value
    const text = usableId(readCanonicalString(value))
    return typeof text === 'string' && secrets.credentials.length > 0 && secrets.holdIn(text)
      ? holdsSecret
      : (text as string | Unreadable)
  }
}

/** A ledger stores ids as UTF-8, which would make one of all lone surrogates. */
export function usableId(value: FieldValue | Unreadable): FieldValue | Unreadable {
  if (typeof value !== 'string') return value
  if (value.trim() === '') return emptyId
  return holdsLoneSurrogate(value) ? brokenId : value
}

function hashReader(withoutDropped: (record: unknown) => unknown, hashed: readonly string[]): IdReader {
  return ({ record, added = {} }) => {
    const deep = tooDeep(record)
    if (deep !== undefined) return deep
    const own = Object.fromEntries(hashed.map(name => [name, added[name]]))
    const text = canonicalJson([withoutDropped(record), own])
    return hash('sha256', text, 'hex').slice(0, hexDigits)
  }
}

/** 128 bits: no two records of any stream meet by chance. */
const hexDigits = 32
