import { describe, expect, test } from 'vitest'
import { readPage } from './page-rig.js'

const mapping = { id: { type: 'integer', path: 'id', required: true } } as const
const children = [{ stream: 'acme.tasks', values: { 'project.id': 'id', 'project.key': 'a.key' } }]

describe('children of records', () => {
  test('their values are exact JSON, digits as they were written', () => {
    const page = readPage('[{"id":9007199254740993,"a":{"key":"x"}},{"id":1.50,"a":{"key":true}}]', {
      mapping,
      children,
    })
    expect(page.children).toEqual({
      'acme.tasks': [
        { 'project.id': '9007199254740993', 'project.key': '"x"' },
        { 'project.id': '1.50', 'project.key': 'true' },
      ],
    })
    // Whether the mapping takes the record means nothing to its children.
    expect(page.rejects).toHaveLength(1)
    expect(page.unplanned).toEqual([])
  })

  test('a record without one of the values begins nothing, and is counted', () => {
    const page = readPage('[{"id":1},{"id":2,"a":{"key":null}},{"id":3,"a":{"key":0}},7]', {
      mapping,
      children,
    })
    expect(page.children).toEqual({ 'acme.tasks': [{ 'project.id': '3', 'project.key': '0' }] })
    expect(page.unplanned).toEqual([{ stream: 'acme.tasks', reference: 'project.key', count: 2 }])
  })

  test('the where of the stream and the where of the child both hold', () => {
    const page = readPage('[{"id":1,"n":1},{"id":2,"n":2},{"id":3,"n":3}]', {
      mapping,
      where: { path: 'n', after: 1 },
      children: [{ stream: 'c', values: { 'p.id': 'id' }, where: { path: 'n', before: 3 } }],
    })
    expect(page.children).toEqual({ c: [{ 'p.id': '2' }] })
    expect(page).toMatchObject({ recordCount: 3, filtered: 1, rejects: [] })
    expect(page.records.map(({ id }) => id)).toEqual(['2', '3'])
  })

  test('a value that holds a credential begins nothing', () => {
    const page = readPage(
      '[{"id":1,"a":{"key":"my-token"}}]',
      { mapping, children },
      { secrets: ['my-token'] },
    )
    expect(page.children).toEqual({ 'acme.tasks': [] })
    expect(page.unplanned).toHaveLength(1)
  })
})

describe('a page of which where takes nothing', () => {
  test('has a fingerprint of its own', () => {
    const where = { path: 'id', is: 0 } as const
    const [a, b, again] = ['[{"id":1}]', '[{"id":2}]', '[{"id":1}]'].map(
      body => readPage(body, { mapping, where }).fingerprint,
    )
    expect(a).not.toBe(b)
    expect(a).toBe(again)
  })
})
