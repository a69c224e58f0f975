import { Refusal } from '../manifest/refusal.js'
import type { Condition } from './conditions.js'
import { pathText } from './paths.js'
import type { Json } from './values.js'

type Rule = { readonly [key: string]: Json }

/** A condition as rules over `root`: `{ path, is }`, `{ any }`, `{ not }`. @throws Refusal for what is none. */
export function rulesOf(condition: Condition, root: string): readonly Rule[] {
  if ('always' in condition) return condition.always ? [] : [never()]
  if ('all' in condition) return condition.all.flatMap(one => rulesOf(one, root))
  if ('any' in condition) return anyOf(condition.any, root)
  if ('not' in condition) return [notAll(rulesOf(condition.not, root))]
  if (condition.way.root !== root)
    throw new Refusal('condition', `the condition asks for ${condition.way.root}`)
  // A record is there, always.
  if (condition.way.keys.length === 0)
    return condition.is === 'truthy' || condition.is === 'there' ? [] : [never()]
  return [ruleOf(condition)]
}

function anyOf(conditions: readonly Condition[], root: string): readonly Rule[] {
  if (conditions.some(one => 'always' in one && one.always)) return []
  const all = conditions.map(one => rulesOf(one, root))
  if (all.some(rules => rules.length === 0)) return []
  return [{ any: all.map(together) }]
}

function together(rules: readonly Rule[]): Json {
  const [first] = rules
  return rules.length === 1 && first !== undefined ? first : [...rules]
}

function notAll(rules: readonly Rule[]): Rule {
  return { not: together(rules) }
}

/** Nothing is both there and not there. */
function never(): Rule {
  return {
    not: {
      any: [
        { path: 'id', exists: true },
        { path: 'id', exists: false },
      ],
    },
  }
}

function ruleOf(condition: Extract<Condition, { readonly way: unknown }>): Rule {
  const path = pathOf(condition.way.keys)
  switch (condition.is) {
    case 'there':
      return { path, exists: true }
    case 'missing':
      return { path, exists: false }
    case 'truthy':
      return { not: { any: nothings(path) } }
    case 'falsy':
      return { any: nothings(path) }
    case 'empty':
      return { path: `${path}[*]`, exists: false }
    case 'one of':
      return condition.values.length === 1
        ? { path, is: condition.values[0] ?? null }
        : { path, in: [...condition.values] }
    case 'matching':
      return { path, matches: condition.pattern }
    case 'below':
      return { path, before: condition.limit }
    case 'above':
      return { path, after: condition.limit }
    case 'atLeast':
      return { not: { path, before: condition.limit } }
    case 'atMost':
      return { not: { path, after: condition.limit } }
    default:
      throw new Refusal('condition', 'the condition compares with what changes from request to request')
  }
}

function nothings(path: string): Json[] {
  return [
    { path, exists: false },
    { path, in: [false, 0, ''] },
  ]
}

function pathOf(keys: readonly (string | number)[]): string {
  if (keys.at(-1) === '*') return `${pathText(keys.slice(0, -1))}[*]`
  return pathText(keys)
}
