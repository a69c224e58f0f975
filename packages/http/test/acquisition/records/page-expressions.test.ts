import { expect, test } from 'vitest'
import { computingReader, needsTime, pageReader } from '../../../src/acquisition/records/normalise-page.js'
import { headersOfExpressions } from '../../../src/acquisition/records/page-expressions.js'
import type { ReadingInstructions } from '../../../src/acquisition/records/reading-instructions.js'

const reading = (next: string, end?: string): ReadingInstructions => ({
  stream: 's',
  records: 'items',
  observe: [],
  paging: { next: { expr: next } },
  id: 'id',
  ...(end !== undefined && { endWhen: [{ expr: end }] }),
})

async function pagingOf(instructions: ReadingInstructions, page: unknown, headers = {}) {
  const context = { pageId: 'p', now: '', run: '' }
  const read = await computingReader(instructions)(Buffer.from(JSON.stringify(page)), headers, context)
  return read.ok ? read.page.paging : read
}

const items = [{ id: 'a' }, { id: 'b' }]

test.each([
  ['page + 1', { items, page: 2 }, 3],
  ['$lastRecord.id & $recordCount', { items }, 'b2'],
  ['$headers.link & $headers.`x-more`', { items }, '<a>7'],
  ['missing', { items }, null],
  ['items[0].id = "a" ? "yes"', { items }, 'yes'],
])('%s of %o is %s', async (expr, page, next) => {
  const headers = { link: '<a>', 'x-more': '7' }
  expect(await pagingOf(reading(expr), page, headers)).toMatchObject({ next })
})

test('an end is where the expression gives true, and nothing else', async () => {
  expect(await pagingOf(reading('1', 'page = pages'), { items, page: 2, pages: 2 })).toMatchObject({
    end: true,
  })
  expect(await pagingOf(reading('1', 'pages'), { items, pages: 2 })).not.toHaveProperty('end')
  expect(await pagingOf(reading('1', 'missing = 1'), { items })).not.toHaveProperty('end')
})

test('an expression that fails fails the page, unless the page is the end', async () => {
  const failing = '$number("x")'
  expect(await pagingOf(reading(failing), { items })).toMatchObject({
    ok: false,
    code: 'EXPR_FAILED',
    message: expect.stringContaining('how paging goes on: its expression failed') as unknown,
  })
  expect(await pagingOf(reading('1', failing), { items })).toMatchObject({ ok: false, code: 'EXPR_FAILED' })
  expect(await pagingOf(reading(failing, 'true'), { items })).toMatchObject({ end: true })
})

test('a body without records may say that it is the end', async () => {
  expect(await pagingOf(reading('1', 'over'), { over: true })).toMatchObject({
    code: 'NO_RECORDS',
    paging: { end: true },
  })
  const broken = await pagingOf(reading('$number("x")'), { other: 1 })
  expect(broken).toMatchObject({ code: 'NO_RECORDS' })
})

test('fields and paging are computed of one page', async () => {
  const instructions = { ...reading('page + 1'), add: { twice: { expr: 'id & id' } } }
  const read = await computingReader(instructions)(
    Buffer.from(JSON.stringify({ items, page: 1 })),
    {},
    { pageId: 'p', now: '', run: '' },
  )
  expect(read).toMatchObject({ ok: true, page: { paging: { next: 2 } } })
  expect(read.ok && read.page.records.map(({ json }) => JSON.parse(json) as unknown)).toMatchObject([
    { twice: 'aa' },
    { twice: 'bb' },
  ])
})

test('only a computing reader reads it, and it names the headers that it needs', () => {
  const instructions = reading('$headers.link', '$headers.`X-Last` = "1"')
  expect(needsTime(instructions)).toBe(true)
  expect(headersOfExpressions(instructions)).toEqual(['link', 'x-last'])
  expect(() => pageReader(instructions)(Buffer.from('{"items":[]}'))).toThrow('has expressions or hooks')
  expect(headersOfExpressions({})).toEqual([])
})
