import type { Condition } from '../emit/conditions.js'
import type { Way } from '../emit/paths.js'
import { pathText } from '../emit/paths.js'
import type { Json } from '../emit/values.js'
import { Refusal } from '../manifest/refusal.js'

interface Chain {
  /** Where the cursor stands: without one the chain ends anyway. */
  readonly ways: readonly Way[]
  readonly size: number | undefined
  /** Where the records stand in a page. */
  readonly records: readonly (string | number)[]
}

/** What ends a chain beside the absence of its cursor. @throws Refusal for what no rule says. */
export function endRules(condition: Condition, chain: Chain): readonly Json[] {
  if (isImplied(condition, chain)) return []
  if ('always' in condition) {
    if (!condition.always) return []
    throw refused()
  }
  if ('any' in condition) return condition.any.flatMap(one => endRules(one, chain))
  if ('all' in condition) {
    const [only, ...more] = condition.all.filter(one => !('always' in one && one.always))
    if (only === undefined || more.length > 0) throw refused()
    return endRules(only, chain)
  }
  if ('not' in condition) throw refused()
  return ruleOf(condition, chain)
}

/** Whether it holds only where there is no cursor. */
function isImplied(condition: Condition, chain: Chain): boolean {
  if ('always' in condition || 'not' in condition) return false
  if ('all' in condition) {
    // Of several places each has to be empty.
    return (
      chain.ways.length > 0 &&
      chain.ways.every(way => condition.all.some(one => isImplied(one, { ...chain, ways: [way] })))
    )
  }
  if ('any' in condition) return condition.any.every(one => isImplied(one, chain))
  const isAbsence =
    condition.is === 'falsy' ||
    condition.is === 'missing' ||
    condition.is === 'empty' ||
    (condition.is === 'one of' &&
      condition.values.every(value => value === '' || value === false || value === null))
  if (condition.is === 'same') return isSelf(condition, chain)
  return isAbsence && chain.ways.length > 0 && chain.ways.every(way => isBefore(condition.way, way))
}

/** A next page that is the page itself: a chain that leads to where it is ends by itself. */
function isSelf({ way, other }: Extract<Atom, { is: 'same' }>, { ways }: Chain): boolean {
  const isSelfLink = [way, other].some(({ keys }) => keys.includes('self'))
  return isSelfLink && ways.some(cursor => [way, other].some(one => isBefore(one, cursor)))
}

/** Whether what stands there holds the cursor, or is it. */
function isBefore(way: Way, cursor: Way): boolean {
  if (isLink(way) && isLink(cursor))
    return way.keys.slice(1).every((key, at) => /next/.test(String(key)) || key === cursor.keys[at + 1])
  return way.root === cursor.root && way.keys.every((key, at) => sameKey(key, cursor.keys[at]))
}

/** Links have their relations as keys, or stand in the header's text. */
function isLink({ root, keys }: Way): boolean {
  return root === 'headers' && String(keys[0]).toLowerCase() === 'link'
}

function sameKey(a: string | number, b: string | number | undefined): boolean {
  return String(a).toLowerCase() === String(b).toLowerCase()
}

type Atom = Extract<Condition, { readonly way: Way }>

function ruleOf(condition: Atom, chain: Chain): readonly Json[] {
  const { way } = condition
  if (way.root === 'last_record') {
    if (way.keys.length === 0 && condition.is === 'falsy') return [{ empty: true }]
    throw refused()
  }
  if (way.root === 'last_page_size') return [countRule(condition, chain)]
  if (way.root !== 'response') throw refused()
  const path = pathText(way.keys)
  const isRecords = path === pathText(chain.records)
  const holdsRecords = way.keys.every((key, at) => key === chain.records[at])
  switch (condition.is) {
    case 'truthy':
      return [{ path, is: true }]
    case 'empty':
      if (holdsRecords) return [{ empty: true }]
      throw refused()
    case 'falsy':
      return isRecords ? [{ empty: true }] : nothingAt(path, [null, false, 0, ''])
    case 'missing':
      return isRecords ? [{ empty: true }] : nothingAt(path, [null])
    case 'there':
      return [{ path, exists: true }]
    case 'one of':
      return [
        condition.values.length === 1
          ? { path, is: condition.values[0] ?? null }
          : { path, in: [...condition.values] },
      ]
    case 'shorter':
      if (isRecords && condition.limit === chain.size) return [{ short: true }]
      throw refused()
    default:
      throw refused()
  }
}

/** Here null is something that is there. */
function nothingAt(path: string, values: readonly Json[]): readonly Json[] {
  return [
    { path, in: values },
    { path, exists: false },
  ]
}

function countRule(condition: Atom, { size }: Chain): Json {
  if (condition.is === 'one of' && condition.values.length === 1 && condition.values[0] === 0)
    return { empty: true }
  if (condition.is === 'falsy') return { empty: true }
  if (condition.is === 'below' && condition.limit === size) return { short: true }
  if (
    (condition.is === 'below' && condition.limit === 1) ||
    (condition.is === 'atMost' && condition.limit === 0)
  )
    return { empty: true }
  throw refused()
}

function refused(): Refusal {
  return new Refusal('stop condition', 'what ends the stream cannot be said in rules')
}
