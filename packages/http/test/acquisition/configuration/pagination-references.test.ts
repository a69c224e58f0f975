import { expect, test } from 'vitest'
import { ConfigError } from '../../../src/acquisition/configuration/config-error.js'
import { parseConfig } from '../../../src/acquisition/configuration/load-config.js'

function problemsOf(lines: string): string {
  const indented = lines.replace(/^(?=.)/gm, '    ')
  const text = `sources:\n  - name: s\n    baseUrl: https://s.example\n    id: id\n${indented}`
  try {
    parseConfig(text, 'p.yaml', { environment: {} })
    return ''
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ message }) => message).join('\n')
    throw error
  }
}

const number = 'pagination: { type: page, pageSize: 10, pageParam: false }\n'
const cursor = 'pagination: { type: cursor, cursorPath: next, cursorParam: false }\n'

test.each([
  [`${number}path: '/items/{pagination.number}/all'`],
  [`${cursor}query: { after: '{pagination.cursor}' }`],
  [`${cursor.replace('false', "false, startCursor: '*'")}query: { q: 'after {pagination.cursor}' }`],
  ["pagination: { type: linkHeader }\nheaders: { x-from: '{pagination.url}' }"],
])('%s loads', lines => {
  expect(problemsOf(lines)).toBe('')
})

test.each([
  [
    `${number}query: { a: '{pagination.offset}' }`,
    '{pagination.offset} is none of its fields at character 1; allowed here: {now}, {run}, {pagination.number}',
  ],
  [`${cursor}query: { a: 'x {pagination.cursor}' }`, '{pagination.cursor} has no value on the first page'],
  [`${cursor}path: '/{pagination.cursor}'`, '{pagination.cursor} has no value on the first page'],
  ["pagination: { type: none }\nquery: { a: '{pagination.url}' }", 'refers to nothing that is known'],
  [
    "pagination: { type: cursor, params: { a: b } }\nquery: { a: '{pagination.cursor}' }",
    'refers to nothing that is known',
  ],
  [
    `${number}path: '/{pagination.number}'\nadd: { page: '{pagination.number}' }`,
    'allowed here: {now}, {run}, {{',
  ],
  [
    "for: { values: [a], as: pagination }\nquery: { a: '{pagination}' }",
    'not since, until, now, run or pagination',
  ],
])('%s: %s', (lines, message) => {
  expect(problemsOf(lines)).toContain(message)
})
