import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../../src/acquisition/configuration/load-config.js'

const yaml = (where: string): string =>
  `
sources:
  - name: shop
    baseUrl: http://127.0.0.1:1
    pagination: { type: none }
    where: ${where}
    mapping: { id: { path: id } }
`.replace('{ type: none }', '{ type: linkHeader }')
const read = (where: string) => parseConfig(yaml(where), 'shop.yaml').config.streams[0]?.where
const problem = (where: string): string => {
  try {
    read(where)
    return 'none'
  } catch (error) {
    return (error as Error).message
  }
}

describe('where in a file', () => {
  test('is one rule or a list, any and not among them', () => {
    expect(read('{ path: archived, is: false }')).toEqual({ path: 'archived', is: false })
    const nested = '[{ any: [{ path: a, in: [1, x] }, { not: { path: b, exists: true } }] }]'
    expect(read(nested)).toEqual([
      { any: [{ path: 'a', in: [1, 'x'] }, { not: { path: 'b', exists: true } }] },
    ])
  })

  test.each([
    ['{ path: a, matches: "(" }', 'allowed is a regular expression'],
    ['{ path: a, before: yesterday }', 'allowed is a date by ISO 8601'],
    ['{ path: a, is: { b: 1 } }', 'is: value'],
    ['{ path: a, is: 12345678901234567890 }', 'a longer number in quotes'],
    ['{ any: 7 }', '{ any: [rules] }'],
    ['{ path: a }', 'a rule, or a list of rules'],
    ['archived', 'a rule, or a list of rules'],
  ])('%s is told by what was meant', (where, allowed) => {
    expect(problem(where)).toContain('sources[0].where')
    expect(problem(where)).toContain(allowed)
  })
})
