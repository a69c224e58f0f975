import type { Expression } from '../jinja/index.js'
import { str } from '../jinja/index.js'
import type { Way } from '../emit/paths.js'
import { pathText, wayOf } from '../emit/paths.js'
import type { Place } from '../emit/places.js'
import { placeText } from '../emit/places.js'
import type { Json } from '../emit/values.js'
import { Refusal, unlessRefused } from '../manifest/refusal.js'
import type { PagedRecords } from './paged-records.js'
import { nextUrlExpression, pageExpression } from './page-expression.js'

export interface Cursor {
  readonly config: Readonly<Record<string, Json | undefined>>
  /** Where it stands. */
  readonly ways: readonly Way[]
  readonly note?: string
}

/**
 * Converts the value of a cursor that goes to `place`, or that is the next URL.
 * @throws Refusal for one that is calculated.
 */
export function cursorOf(value: Expression, place: Place | undefined, records: PagedRecords): Cursor {
  try {
    return foundCursor(value, place, records)
  } catch (error) {
    const text = unlessRefused(() => pageExpression(value, records))
    // The manifest's tools read what goes into a body: a text of JSON would be put there as a mapping.
    if (text === undefined || WHOLE.test(text) || (place?.in === 'body' && MAPPED.test(text))) throw error
    return computed(text, place, records)
  }
}

/** A page or its last record as a whole, or what is no expression. */
const WHOLE = /^(?:\$|\$lastRecord|"(?:[^"\\]|\\.)*")$/

/** A text with what begins a mapping or a list. */
const MAPPED = /"[^"]*[{[]/

/** What no path leads to is said by an expression. */
function computed(text: string, place: Place | undefined, records: PagedRecords): Cursor {
  const config =
    place === undefined
      ? { type: 'nextUrl', nextUrlPath: { expr: nextUrlExpression(text, records.base) } }
      : { type: 'cursor', cursorPath: { expr: text }, cursorParam: placeText(place) }
  return { config, ways: [] }
}

function foundCursor(value: Expression, place: Place | undefined, records: PagedRecords): Cursor {
  const ways = waysOf(value)
  if (ways !== undefined) return found(ways, place, records)
  if (place === undefined) return firstLink(value) ?? fail(value)
  return fromQuery(value, place) ?? wrapped(value, place) ?? fail(value)
}

/** One way, or the first of several that leads to something. */
function waysOf(value: Expression): readonly Way[] | undefined {
  const way = wayOf(value)
  if (way !== undefined) return [way]
  if (value.kind !== 'binary' || value.operator !== 'or') return undefined
  const [left, right] = [waysOf(value.left), waysOf(value.right)]
  return left === undefined || right === undefined ? undefined : [...left, ...right]
}

function found(ways: readonly Way[], place: Place | undefined, records: PagedRecords): Cursor {
  const [way] = ways
  if (way === undefined) throw new Refusal('cursor', 'there is no cursor')
  const paths = ways.map(one => pathText(one.keys))
  if (ways.every(({ root }) => root === 'response')) {
    const last = lastRecordPath(way, records)
    if (place !== undefined && last !== undefined) return fromRecord([last], ways, place)
    if (way.keys.length === 0) throw new Refusal('cursor', 'the whole response would be the cursor')
    if (place === undefined)
      return { config: { type: 'nextUrl', nextUrlPath: paths.length === 1 ? paths[0] : paths }, ways }
    return {
      config: {
        type: 'cursor',
        cursorPath: paths.length === 1 ? paths[0] : paths,
        cursorParam: placeText(place),
      },
      ways,
    }
  }
  if (ways.length > 1) throw new Refusal('cursor', 'the cursor stands in one of several places')
  if (way.root === 'last_record' && place !== undefined)
    return fromRecord([records.rawPath(way.keys)], ways, place)
  if (way.root === 'headers') return fromHeader(way, place)
  throw new Refusal('cursor', `the cursor is read from ${way.root}`)
}

/** `response['data'][-1]['id']`, where the records are in `data`. */
function lastRecordPath({ keys }: Way, { path }: PagedRecords): string | undefined {
  const isWithin = path.every((key, at) => key === keys[at])
  return isWithin && keys[path.length] === -1 ? pathText(keys.slice(path.length + 1)) : undefined
}

function fromRecord([path = '']: readonly string[], ways: readonly Way[], place: Place): Cursor {
  if (path.startsWith('{')) throw new Refusal('cursor', 'the cursor is a value of the partition')
  return {
    config: { type: 'cursor', from: 'lastRecord', cursorPath: path, cursorParam: placeText(place) },
    ways,
  }
}

function fromHeader(way: Way, place: Place | undefined): Cursor {
  const [name, relation, field, ...more] = way.keys.map(String)
  if (name === undefined) throw new Refusal('cursor', 'all headers together would be the cursor')
  const isLink = name.toLowerCase() === 'link'
  if (isLink && relation !== undefined && field === 'url' && more.length === 0 && place === undefined) {
    return { config: { type: 'linkHeader', ...(relation !== 'next' && { rel: relation }) }, ways: [way] }
  }
  if (isLink || relation !== undefined)
    throw new Refusal('cursor', 'a part of the Link header goes into a parameter')
  if (place === undefined) return { config: { type: 'nextUrl', nextUrlHeader: name }, ways: [way] }
  return { config: { type: 'cursor', cursorHeader: name, cursorParam: placeText(place) }, ways: [way] }
}

/** A parameter that is cut out of a URL: by a regular expression, or by splitting. */
function fromQuery(value: Expression, place: Place): Cursor | undefined {
  const cut = value.kind === 'if' ? value.then : value
  const part = searched(cut) ?? splitOut(cut)
  if (part === undefined) return undefined
  const { way, parameter } = part
  if (way.root !== 'response') return undefined
  return {
    config: {
      type: 'cursor',
      cursorPath: pathText(way.keys),
      cursorFromQuery: parameter,
      cursorParam: placeText(place),
    },
    ways: [way],
  }
}

interface Cut {
  readonly way: Way
  readonly parameter: string
}

/** `url | regex_search('page=(\\d+)')`. */
function searched(value: Expression): Cut | undefined {
  if (value.kind !== 'filter' || value.name !== 'regex_search') return undefined
  const [pattern] = value.args
  const way = wayOf(value.of)
  if (way === undefined || pattern?.kind !== 'constant') return undefined
  const [, parameter] =
    /^(?:\[?[?&\\|]*\]?)?((?:\\?[$\w.-]|%\w\w)+)=\((?:\[\^&\]\+|\.[+*]\??|\\d\+|\[[\w~-]+\]\+)\)&?$/.exec(
      str(pattern.value),
    ) ?? []
  return parameter === undefined ? undefined : { way, parameter: parameter.replaceAll('\\', '') }
}

/** `url.split('after=')[-1].split('&')[0]`. */
function splitOut(value: Expression): Cut | undefined {
  const outer = splitAt(value)
  if (outer === undefined) return undefined
  const inner = outer.separator === '&' ? splitAt(outer.of) : outer
  const way = inner === undefined ? undefined : wayOf(inner.of)
  const [, parameter] = /^[?&]?([$\w.-]+)=$/.exec(inner?.separator ?? '') ?? []
  return way === undefined || parameter === undefined ? undefined : { way, parameter }
}

function splitAt(value: Expression): { readonly of: Expression; readonly separator: string } | undefined {
  if (value.kind !== 'item' || value.of.kind !== 'call' || value.of.of.kind !== 'item') return undefined
  const { of: call } = value
  const { of, key } = value.of.of
  const [separator] = call.args
  const isSplit = key.kind === 'constant' && key.value === 'split' && separator?.kind === 'constant'
  return isSplit ? { of, separator: str(separator.value) } : undefined
}

/** `headers['Link'].split(';')[0][1:-1]`: the first link there is. */
function firstLink(value: Expression): Cursor | undefined {
  if (value.kind !== 'slice' || value.stop === undefined) return undefined
  const cut = splitAt(value.of)
  const way = cut === undefined ? undefined : wayOf(cut.of)
  const isLink =
    way?.root === 'headers' && way.keys.length === 1 && String(way.keys[0]).toLowerCase() === 'link'
  if (!isLink || cut?.separator !== ';') return undefined
  return {
    config: { type: 'linkHeader' },
    ways: [way],
    note: 'the manifest follows the first link, whatever it is; here the one to the next page',
  }
}

/** A text of JSON around a cursor: it goes to its place in there. */
function wrapped(value: Expression, place: Place): Cursor | undefined {
  const text = value.kind === 'if' ? value.then : value
  if (text.kind !== 'text' || text.parts.length !== 3 || place.in !== 'body') return undefined
  const [before, middle, after] = text.parts
  const way = middle === undefined ? undefined : wayOf(middle)
  if (before?.kind !== 'constant' || after?.kind !== 'constant' || way?.root !== 'response') return undefined
  const inner = placeIn(`${str(before.value)}\u0000${str(after.value)}`)
  if (inner === undefined) return undefined
  return {
    config: {
      type: 'cursor',
      cursorPath: pathText(way.keys),
      cursorParam: { body: `${place.name}.${inner}` },
    },
    ways: [way],
  }
}

function placeIn(json: string): string | undefined {
  try {
    return holderOf(JSON.parse(json.replace('\u0000', '\\u0000')))
  } catch {
    return undefined
  }
}

function holderOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const [[key, one] = ['', undefined], ...others] = Object.entries(value)
  if (others.length > 0) return undefined
  if (one === '\u0000') return pathText([key])
  const deeper = holderOf(one)
  return deeper === undefined ? undefined : `${pathText([key])}.${deeper}`
}

function fail(value: Expression): never {
  throw refused(value)
}

function refused(value: Expression): Refusal {
  return new Refusal(
    'cursor',
    value.kind === 'constant' ? 'the cursor is a constant' : 'the cursor is calculated',
  )
}
