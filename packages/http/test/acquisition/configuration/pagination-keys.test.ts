import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../../src/acquisition/configuration/config-error.js'
import { parseConfig } from '../../../src/acquisition/configuration/load-config.js'

const fileWith = (pagination: string): string => `
sources:
  - name: shop
    baseUrl: https://shop.example
    pagination: ${pagination}
    mapping: { id: { path: id } }
`

const load = (pagination: string) =>
  parseConfig(fileWith(pagination), 'p.yaml', { environment: {} }).config.streams[0]?.pagination

function problemOf(pagination: string): string {
  try {
    load(pagination)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ message }) => message).join('\n')
    throw error
  }
  return 'none'
}

describe('the keys of pagination', () => {
  test.each([
    '{ type: none, hasMorePath: more }',
    '{ type: page, pageSize: 10, pageParam: { body: variables.page }, sizeParam: { header: X-Size } }',
    "{ type: page, pageSize: 10, pageParam: { path: '/page/{}' }, totalPagesHeader: X-Pages }",
    '{ type: offset, pageSize: 10, offsetParam: { query: from }, totalRecordsHeader: X-Total }',
    '{ type: offset, pageSize: 10, limitParam: false }',
    '{ type: cursor, cursorHeader: X-Next, cursorParam: { header: X-After } }',
    '{ type: cursor, from: header, cursorHeader: X-Next }',
    '{ type: cursor, from: lastRecord, cursorPath: id, pageSize: 10, endWhen: { short: true } }',
    '{ type: cursor, cursorPath: [next, meta.next], startCursor: 0, cursorFromQuery: after }',
    '{ type: cursor, params: { a: x.y, b: { header: X-B, to: { body: b } }, c: { lastRecord: id } } }',
    '{ type: nextUrl, nextUrlHeader: X-Next, allow: [https://b.example, "http://c.example:81/"] }',
    "{ type: nextUrl, nextUrlPath: 'links[rel=next].href' }",
    '{ type: linkHeader, rel: older }',
    '{ type: cursor, cursorPath: { expr: page + 1 }, endWhen: { expr: page = pages } }',
    "{ type: nextUrl, nextUrlPath: { expr: '$headers.`x-next`' } }",
    '{ type: page, pageSize: 5, endWhen: [{ path: a, exists: false }, { path: b, in: [1, x] }] }',
  ])('%s loads', pagination => {
    expect(problemOf(pagination)).toBe('none')
  })

  test.each([
    ['{ type: cursor }', 'cursorPath is missing'],
    ['{ type: cursor, cursorPath: a, cursorHeader: b }', 'or cursorHeader or params in its place'],
    [
      '{ type: cursor, cursorHeader: b, from: body }',
      'from is "body"; allowed is header beside cursorHeader',
    ],
    ['{ type: cursor, cursorPath: b, from: header }', 'allowed is cursorHeader in its place'],
    ['{ type: cursor, params: {} }', 'at least one parameter'],
    [
      '{ type: cursor, params: { a: b }, startCursor: x }',
      'startCursor is "x"; allowed is none beside params',
    ],
    ['{ type: cursor, params: { a: b }, cursorFromQuery: x }', 'allowed is none beside params'],
    ['{ type: cursor, params: { a: { boddy: b } } }', '{ header: name } or { lastRecord: path }'],
    ['{ type: cursor, cursorPath: a, cursorParam: { heder: x } }', "{ path: '/page/{}' }"],
    ["{ type: page, pageSize: 1, pageParam: { path: '/page' } }", 'a text such as /page/{}'],
    ['{ type: page, pageSize: 1, pageParam: { header: "a b" } }', 'the name of a header'],
    ['{ type: offset, pageSize: 1, limitParam: true }', 'or false'],
    ['{ type: page, pageSize: 1, totalPagesPath: a, totalPagesHeader: b }', 'none beside totalPagesPath'],
    ['{ type: offset, pageSize: 1, totalRecordsPath: a, totalRecordsHeader: b }', 'none beside totalRecords'],
    ['{ type: nextUrl }', 'nextUrlPath is missing'],
    ['{ type: cursor, cursorPath: { expr: "1 +" } }', 'an expression of JSONata'],
    ['{ type: cursor, cursorPath: { expr: a }, from: body }', 'none beside an expression'],
    ['{ type: nextUrl, nextUrlPath: a, endWhen: { expr: "(" } }', 'an expression of JSONata'],
    ['{ type: nextUrl, nextUrlPath: a, nextUrlHeader: b }', 'nextUrlHeader in its place'],
    ['{ type: nextUrl, nextUrlPath: a, allow: [https://b.example/x] }', 'a list of origins'],
    ['{ type: nextUrl, nextUrlPath: a, allow: [https://user@b.example] }', 'a list of origins'],
    ['{ type: linkHeader, allow: [] }', 'a list of origins'],
    ['{ type: linkHeader, rel: "a b" }', 'a relation such as next'],
    ['{ type: linkHeader, endWhen: { short: true } }', '{ short: true } only beside a pageSize'],
    ['{ type: cursor, cursorPath: a, endWhen: { path: a, in: 1 } }', '{ path: a.b, in: [values] }'],
  ])('%s is refused by name', (pagination, message) => {
    expect(problemOf(pagination)).toContain(message)
  })
})
