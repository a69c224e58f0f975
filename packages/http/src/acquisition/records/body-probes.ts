import { compileAll } from '../references/index.js'
import { isJsonNumber, writtenDigits } from './exact-number.js'
import { parsePage } from './decoders/json.js'
import { isUnbounded, recordFilter } from './record-filter.js'
import { shown } from './unreadable.js'
import type { Where, WhereRule } from './where.js'

/** What a rule for responses asks of a body; the path `''` is the body's text. */
export type BodyProbe =
  | { readonly where: Where }
  /** The text or number at the path, or what the regular expression (its first group, if any) finds in it. */
  | { readonly path: string; readonly cut?: string | undefined }

/** The name under which a reading tells what was found. */
export function probeKey(probe: BodyProbe): string {
  return JSON.stringify(probe)
}

/** Whether it may take any time: a regular expression is bounded from outside only. */
export function isUnboundedProbe(probe: BodyProbe): boolean {
  return 'where' in probe ? isUnbounded(probe.where) : probe.cut !== undefined
}

/** As much of a body is looked at as text: what an error has to say stands at its beginning. */
const LONGEST_TEXT = 64 * 1024

/** Of a value that was cut out: a number, or a date. */
const LONGEST_CUT = 100

interface Body {
  readonly value: unknown
  readonly text: string
}

type Probe = (body: Body) => string | undefined

/**
 * Compiles the probes once. Those that find something are told by their keys. `value` is undefined where the
 * body could not be read, or is nothing but rows: then it is JSON, if it is.
 * @throws TypeError or SyntaxError for a path or regular expression that is none.
 */
export function bodyProber(
  probes: readonly BodyProbe[] = [],
): (value: unknown, bytes: Uint8Array) => Readonly<Record<string, string>> {
  const compiled = probes.map(probe => [probeKey(probe), compiledProbe(probe)] as const)
  return (value, bytes) => {
    if (compiled.length === 0) return {}
    const body = bodyOf(value, bytes)
    const found = compiled.flatMap(([key, probe]) => {
      const told = probe(body)
      return told === undefined ? [] : [[key, told] as const]
    })
    return Object.fromEntries(found)
  }
}

function bodyOf(value: unknown, bytes: Uint8Array): Body {
  const start = bytes.subarray(0, LONGEST_TEXT)
  return { value: value ?? jsonIn(start), text: new TextDecoder().decode(start) }
}

function jsonIn(bytes: Uint8Array): unknown {
  try {
    return parsePage(bytes)
  } catch {
    return undefined
  }
}

function compiledProbe(probe: BodyProbe): Probe {
  if ('where' in probe) return ruleProbe([probe.where].flat())
  const at = placeOf(probe.path)
  const pattern = probe.cut === undefined ? undefined : new RegExp(probe.cut, 'u')
  return body => {
    const text = textOf(at(body))
    if (pattern === undefined || text === undefined) return text?.trim().slice(0, LONGEST_CUT)
    const [whole, group = whole] = pattern.exec(text) ?? []
    return group?.slice(0, LONGEST_CUT)
  }
}

/** All of them must hold; the first that names a path says what is told. */
function ruleProbe(rules: readonly WhereRule[]): Probe {
  const holds = rules.map(holder)
  const first = rules.find(rule => 'path' in rule)
  const at = first === undefined ? undefined : placeOf(first.path)
  const name = first === undefined || first.path === '' ? 'the body' : first.path
  return body => {
    if (!holds.every(test => test(body))) return undefined
    return at === undefined ? 'the body' : `${name}: ${shown(at(body))}`
  }
}

function holder(rule: WhereRule): (body: Body) => boolean {
  if ('any' in rule) {
    const tests = rule.any.map(one => [one].flat().map(holder))
    return body => tests.some(all => all.every(test => test(body)))
  }
  if ('not' in rule) {
    const tests = [rule.not].flat().map(holder)
    return body => !tests.every(test => test(body))
  }
  const holds = recordFilter(rule)
  return rule.path === '' ? ({ text }) => holds(text) : ({ value }) => holds(value)
}

/** Of a path with `*` the first place. */
function placeOf(path: string): (body: Body) => unknown {
  if (path === '') return ({ text }) => text
  const all = compileAll(path)
  return ({ value }) => all(value)?.[0]
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return isJsonNumber(value) ? writtenDigits(value) : undefined
}
