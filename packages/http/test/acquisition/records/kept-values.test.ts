import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { flattened } from '../../../src/acquisition/records/flatten.js'
import type { KeepRules } from '../../../src/acquisition/records/kept-values.js'
import { snakeCase, withSnakeNames } from '../../../src/acquisition/records/snake-case.js'
import { readPage } from './page-rig.js'

const keep = (record: string, rules: KeepRules = {}) => readPage(`[${record}]`, { id: 'none', ...rules })
const kept = (record: string, rules: KeepRules = {}): unknown =>
  JSON.parse(keep(record, rules).records[0]?.json ?? 'null')

describe('kept values', () => {
  test('without a mapping all are kept, nested ones too', () => {
    const record = '{"a":[1,{"b":null}],"c":{"d":"x"},"e":true}'
    expect(kept(record)).toEqual(JSON.parse(record))
  })

  test('beside a mapping nothing is, unless told; mapped fields win', () => {
    const mapping = {
      id: { type: 'integer', path: 'n', required: true },
      a: { type: 'string', path: 'b', required: false },
    } as const
    const fields = (changes: object) =>
      JSON.parse(readPage('[{"n":1,"a":0,"b":"x"}]', { mapping, ...changes }).records[0]?.json ?? '')
    expect(fields({})).toEqual({ id: 1, a: 'x' })
    expect(fields({ keep: 'all' })).toEqual({ n: 1, b: 'x', id: 1, a: 'x' })
    expect(fields({ keep: ['b'] })).toEqual({ b: 'x', id: 1, a: 'x' })
  })

  test('paths choose and drop, through lists too', () => {
    const record = '{"a":{"b":1,"c":2},"list":[{"x":1,"y":2},{"y":3}],"z":1}'
    expect(kept(record, { keep: ['a.b', 'list[*].x', 'none.at.all'] })).toEqual({
      a: { b: 1 },
      list: [{ x: 1 }, null],
    })
    expect(kept(record, { drop: ['a.b', 'list[*].y', '*.c', 'z'] })).toEqual({ a: {}, list: [{ x: 1 }, {}] })
    expect(kept(record, { keep: 'all', drop: ['*.c', 'a.b', 'list', 'z'] })).toEqual({ a: {} })
  })

  test('what has a value or a name is dropped at any depth, with what lies at paths', () => {
    const record = '{"a":"","b":{"a":1,"c":"","d":[{"c":""},"x","",2,"",""]},"n":null,"z":1}'
    const drop = [{ value: '' }, { value: null }, { name: 'z' }, 'b.a']
    expect(kept(record, { drop })).toEqual({ b: { d: [{}, 'x', null, 2] } })
    expect(kept(record, { drop: [{ name: 'a' }] })).toEqual({
      b: { c: '', d: [{ c: '' }, 'x', '', 2, '', ''] },
      n: null,
      z: 1,
    })
    expect(kept('{"big":12345678901234567890}', { drop: [{ value: '' }] })).toEqual({
      big: '12345678901234567890',
    })
  })

  test('numbers lose nothing: what a double does not hold is a text', () => {
    expect(
      keep('{"a":9007199254740993,"b":1.10,"c":1e400,"d":-0.0,"e":0.1,"f":[12345678901234567890.5]}')
        .records[0]?.json,
    ).toBe('{"a":"9007199254740993","b":1.1,"c":"1e400","d":0,"e":0.1,"f":["12345678901234567890.5"]}')
  })

  test('any number is given back by value', () => {
    const digits = fc.stringMatching(/^-?(?:0|[1-9]\d{0,24})(?:\.\d{1,12})?(?:[eE][+-]?\d{1,2})?$/)
    fc.assert(
      fc.property(digits, text => {
        const back = kept(`{"n":${text}}`) as { n: number | string }
        const exact = (value: string) => keep(`{"n":${value}}`, {}).records[0]?.json
        if (typeof back.n === 'string') expect(back.n).toBe(text)
        else expect(exact(String(back.n))).toBe(exact(text))
      }),
    )
  })

  test('a key __proto__ is a key like others', () => {
    const record = '{"__proto__":{"a":1},"b":{"__proto__":2}}'
    expect(keep(record).records[0]?.json).toBe(record)
    expect(keep(record, { keys: 'snakeCase' }).records[0]?.json).toBe('{"_proto":{"a":1},"b":{"_proto":2}}')
    expect(keep(record, { keep: ['__proto__'] }).records[0]?.json).toBe('{"__proto__":{"a":1}}')
  })

  test('secrets are taken out of texts, names and numbers, and counted', () => {
    const page = readPage(
      '[{"a":["x my-token"],"my-token":{"n":123456}},{"a":1}]',
      { id: 'none' },
      { secrets: ['my-token', '123456'] },
    )
    expect(page.records.map(({ json }) => json)).toEqual([
      '{"a":["x [redacted]"],"[redacted]":{"n":"[redacted]"}}',
      '{"a":1}',
    ])
    expect(page.redactions).toBe(1)
  })

  test('what is nested too deep is rejected', () => {
    const deep = (levels: number) => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`
    expect(keep(deep(400)).rejects).toEqual([])
    expect(keep(deep(501)).rejects).toEqual([expect.objectContaining({ code: 'TOO_DEEP' })])
    expect(keep(deep(20_000)).rejects).toEqual([expect.objectContaining({ code: 'TOO_DEEP' })])
  })
})

describe('snake case', () => {
  test.each([
    ['helloWorld', 'hello_world'],
    ['HTTPServer2', 'http_server2'],
    ['Hello World', 'hello_world'],
    ['hello-world.x', 'hello_world_x'],
    ['_id', '_id'],
    ['already_snake', 'already_snake'],
    ['v2Name', 'v2_name'],
    ['ÄpfelUndBirnen', 'äpfel_und_birnen'],
    ['$', '$'],
  ])('%s is %s', (name, expected) => {
    expect(snakeCase(name)).toBe(expected)
  })

  test('is the same when it is done again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), name => {
        expect(snakeCase(snakeCase(name))).toBe(snakeCase(name))
      }),
    )
  })

  test('no two names become one: the value stays under its own, and a note says so', () => {
    const page = keep('{"fooBar":1,"foo_bar":2,"FooBar":3,"x":{"aB":1,"AB":2}}', { keys: 'snakeCase' })
    expect(JSON.parse(page.records[0]?.json ?? '')).toEqual({
      fooBar: 1,
      foo_bar: 2,
      FooBar: 3,
      x: { a_b: 1, ab: 2 },
    })
    expect(page.notes?.map(({ code, about, count }) => [code, about, count])).toEqual([
      ['KEY_CLASH', 'fooBar', 1],
      ['KEY_CLASH', 'FooBar', 1],
    ])
  })

  test('nothing is ever lost', () => {
    const name = fc.stringMatching(/^[aAbB _-]{0,4}$/)
    fc.assert(
      fc.property(fc.dictionary(name, fc.integer(), { noNullPrototype: true }), record => {
        const now = withSnakeNames(record, () => undefined) as Record<string, number>
        expect(inOrder(now)).toEqual(inOrder(record))
      }),
    )
  })
})

describe('flatten', () => {
  test('takes objects apart, leaves lists and empty ones', () => {
    const record = '{"a":{"b":{"c":1},"d":[{"e":1}]},"f":{},"g":2}'
    expect(kept(record, { flatten: true })).toEqual({ a_b_c: 1, a_d: [{ e: 1 }], f: {}, g: 2 })
    expect(kept(record, { flatten: '.' })).toEqual({ 'a.b.c': 1, 'a.d': [{ e: 1 }], f: {}, g: 2 })
    expect(kept('{"userName":{"firstName":"x"}}', { flatten: true, keys: 'snakeCase' })).toEqual({
      user_name_first_name: 'x',
    })
  })

  test('what would take the place of another stays in its object, and a note says so', () => {
    const page = keep('{"a":{"b":1,"c":2},"a_b":3}', { flatten: true })
    expect(JSON.parse(page.records[0]?.json ?? '')).toEqual({ a: { b: 1 }, a_c: 2, a_b: 3 })
    expect(page.notes).toEqual([expect.objectContaining({ code: 'KEY_CLASH', about: 'a_b', count: 1 })])
  })

  test('can be undone, where no name holds the separator', () => {
    const { tree } = fc.letrec<{ tree: Record<string, unknown>; item: unknown }>(tie => ({
      tree: fc.dictionary(fc.stringMatching(/^[a-c]{1,2}$/), tie('item'), {
        minKeys: 1,
        maxKeys: 4,
        noNullPrototype: true,
      }),
      item: fc.oneof({ maxDepth: 3 }, fc.integer(), fc.constant([{ a: 1 }]), tie('tree')),
    }))
    fc.assert(
      fc.property(tree, record => {
        const clashes: string[] = []
        const flat = flattened(record, '_', name => clashes.push(name))
        expect(clashes).toEqual([])
        expect(undone(flat)).toEqual(record)
      }),
    )
  })
})

function undone(flat: Readonly<Record<string, unknown>>): unknown {
  const root: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(flat)) {
    const steps = name.split('_')
    const last = steps.pop() as string
    let at = root
    for (const step of steps) at = (at[step] ??= {}) as Record<string, unknown>
    at[last] = value
  }
  return root
}

describe('types of nested values', () => {
  const mapping = {
    id: { type: 'integer', path: 'id', required: true },
    raw: { type: 'json', path: 'raw', required: false },
    tags: { type: 'text[]', path: 'tags[*].name', required: false },
  } as const
  const read = (record: string) => readPage(`[${record}]`, { mapping })

  test('json is what stands there, text[] a list of texts', () => {
    const page = read('{"id":1,"raw":{"n":[9007199254740993]},"tags":[{"name":"a"},{"name":1.50}]}')
    expect(page.records[0]?.json).toBe('{"id":1,"raw":{"n":["9007199254740993"]},"tags":["a","1.50"]}')
  })

  test('what is no text makes the list unreadable', () => {
    const page = read('{"id":1,"raw":"x","tags":[{"name":"a"},{"name":null}]}')
    expect(page.records[0]?.json).toBe('{"id":1,"raw":"x","tags":null}')
    expect(page).toMatchObject({ warnings: 1, unreadable: [{ field: 'tags', reason: 'null is not a text' }] })
  })
})

function inOrder(record: Readonly<Record<string, number>>): number[] {
  return Object.values(record).toSorted((a, b) => a - b)
}
