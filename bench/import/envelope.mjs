/**
 * What an answer must hold beside its records for a cursor to go on or to stop, found by trying: values are set
 * at the paths that the manifest's templates read, until they evaluate to what is wanted.
 */
import { chainsOf, textsOf } from './jinja.mjs'
import { merged } from './bodies.mjs'
import { isDict } from './python.mjs'

const TRIES = 4000

/** In place of a token where the CDK would fail. */
export const FAILED = Symbol('failed')

/** The paths of `response` and `headers` that decide; those inside the records are left to the records. */
export function decidingPaths(strategy, recordPath) {
  const { cursor_value: cursor, stop_condition: stop } = strategy
  const outside = path =>
    !recordPath.slice(0, path.length).every((key, index) => key === path[index]) || recordPath.length === 0
  const inRecords = path => recordPath.length > 0 && recordPath.every((key, index) => path[index] === key)
  const of = template => [
    ...chainsOf(template, 'response')
      .filter(path => outside(path) && !inRecords(path))
      .map(path => ({ root: 'response', path })),
    ...chainsOf(template, 'headers').map(path => ({ root: 'headers', path })),
  ]
  const known = new Set()
  const longest = list => list.filter(one => !list.some(other => other !== one && isPrefix(one, other)))
  const all = longest([...of(cursor).map(one => ({ ...one, isCursor: true })), ...of(stop)])
  return all.filter(one => {
    const key = `${one.root} ${one.path.join('\u0000')}`
    return known.has(key) ? false : known.add(key)
  })
}

const isPrefix = (a, b) =>
  a.root === b.root && a.path.length < b.path.length && a.path.every((key, index) => key === b.path[index])

const TOKENS = ['opaque', 'number', 'url', 'links', 'one', 'big']
const URLS = ['url', 'relative', 'links', 'opaque', 'number', 'one']
const MORE = ['true', 'false', 'opaque', 'number', 'one', 'big', 'text', 'absent', 'null', 'list', 'url']
const LAST = [
  'absent',
  'null',
  'empty',
  'false',
  'true',
  'zero',
  'number',
  'nullText',
  'one',
  'dict',
  'falseText',
]

/** What a tag stands for on a page. */
export function valueOf(tag, page) {
  const { id, index, url } = page
  const values = {
    opaque: `c${id}p${index}`,
    number: id * 1000 + index,
    url,
    relative: url === undefined ? undefined : url.replace(/^https?:\/\/[^/]+/, ''),
    links: [
      { rel: 'self', href: 'x' },
      { rel: 'next', href: url, url },
    ],
    one: 1,
    big: 1_000_000_000_000,
    text: 'x',
    true: true,
    false: false,
    null: null,
    empty: '',
    zero: 0,
    nullText: 'null',
    falseText: 'false',
    list: [1],
    dict: {},
  }
  return values[tag]
}

/** The names after which the token is cut out of a URL: `page=` in the template's own texts. */
export function namesInUrl(strategy) {
  return textsOf(strategy.cursor_value).flatMap(text =>
    [...text.matchAll(/\\?([\w$.-]+)=/g)].map(([, name]) => name),
  )
}

/** Sets values at their paths in a body and headers. */
export function dressed(body, assigned, page) {
  const headers = {}
  const links = {}
  let result = body
  for (const { root, path, tag } of assigned) {
    const value = tag === 'absent' ? undefined : valueOf(tag, page)
    if (value === undefined) continue
    if (root === 'headers') setHeader(headers, links, path, value)
    else if (isDict(result))
      result = merged(
        result,
        path.reduceRight((inner, key) => ({ [key]: inner }), value),
      )
  }
  const link = Object.entries(links).map(
    ([rel, { url = page.url, ...rest }]) =>
      `<${url}>; rel="${rel}"${Object.entries(rest)
        .map(([k, v]) => `; ${k}="${v}"`)
        .join('')}`,
  )
  if (link.length > 0) headers.Link = link.join(', ')
  return { body: result, headers }
}

function setHeader(headers, links, [name, rel, part], value) {
  if (name !== 'link') headers[name] = name === 'Link' ? `<${value}>; rel="next"` : String(value)
  else if (rel !== undefined) links[rel] = { ...links[rel], ...(part === undefined ? {} : { [part]: value }) }
}

/** `headers` as templates see them: those of the answer, and its links. */
export function seenHeaders(headers) {
  const link = {}
  const text = headers.Link ?? headers.link
  for (const [, url, rest] of (text ?? '').matchAll(/<([^>]*)>((?:\s*;\s*[\w-]+="[^"]*")*)/g)) {
    const params = Object.fromEntries(
      [...rest.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
    )
    link[params.rel ?? url] = { url, ...params }
  }
  return { ...headers, link }
}

/** Assignments for pages that go on, undefined where none was found. `tokenOf(assigned, index)` evaluates one. */
export function findMore(paths, byPath, tokenOf) {
  const choices = paths.map(one => (one.isCursor ? [...(byPath ? URLS : TOKENS), 'absent'] : MORE))
  return search(paths, choices, assigned => {
    const [first, second] = [tokenOf(assigned, 1), tokenOf(assigned, 2)]
    if ([first, second].some(token => token === undefined || token === FAILED)) return false
    return JSON.stringify(first) !== JSON.stringify(second)
  })
}

/** Assignments for the last page. */
export function findLast(paths, tokenOf) {
  return search(
    paths,
    paths.map(() => LAST),
    assigned => tokenOf(assigned, 3) === undefined,
  )
}

function search(paths, choices, isRight) {
  let tries = 0
  const picked = paths.map(() => 0)
  for (;;) {
    const assigned = paths.map((one, index) => ({ ...one, tag: choices[index][picked[index]] }))
    if (isRight(assigned)) return assigned
    tries += 1
    let place = picked.length - 1
    while (place >= 0 && picked[place] === choices[place].length - 1) picked[place--] = 0
    if (place < 0 || tries > TRIES) return undefined
    picked[place] += 1
  }
}
