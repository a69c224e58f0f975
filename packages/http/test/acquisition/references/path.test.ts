import { describe, expect, test } from 'vitest'
import { compileAll, compilePath, compilePlace } from '../../../src/acquisition/references/path.js'

const body = {
  data: [{ items: [{ id: 1 }, { id: 2 }] }, {}, { items: null }],
  map: { a: { n: 1 }, b: { n: 2 } },
}

describe('paths with *', () => {
  test('[*] goes through each item of a list, * through each value of an object too', () => {
    expect(compileAll('data[*].items[*].id')(body)).toEqual([1, 2])
    expect(compileAll('data.*.items[*].id')(body)).toEqual([1, 2])
    expect(compileAll('map.*.n')(body)).toEqual([1, 2])
    expect(compilePath('map.*.n')(body)).toEqual([1, 2])
  })

  test('a path without * leads to the one value, or to none', () => {
    expect(compileAll('map.a.n')(body)).toEqual([1])
    expect(compileAll('map.c')(body)).toBeUndefined()
  })

  test('what is missing behind a * is left out; what is missing before it is told', () => {
    expect(compileAll('data[*].items')(body)).toEqual([[{ id: 1 }, { id: 2 }], null])
    expect(compileAll('other[*].items')(body)).toBeUndefined()
  })

  test('[*] of an object, and either of a text, is nothing', () => {
    expect(compileAll('map[*].n')(body)).toBeUndefined()
    expect(compileAll('data[*].items[*].id.*')(body)).toBeUndefined()
    expect(compileAll('void[*]')({ void: {} })).toEqual([])
    expect(compileAll('void[*]')({ void: null })).toEqual([])
  })

  test('the place of a path is where the first * stands', () => {
    expect(compilePlace('map.*.n')(body)).toBe(body.map)
    expect(compilePlace('map.a')(body)).toBe(body.map.a)
  })

  test('a key * is written in quotes', () => {
    expect(compilePath('["*"].x')({ '*': { x: 1 } })).toBe(1)
  })
})
