import { describe, expect, test } from 'vitest'
import type { SinceReading } from '../../../src/acquisition/records/since-reader.js'
import { readPage } from './page-rig.js'

const rule: SinceReading = { field: 't', type: 'date', filter: false }
const read = (values: string, changes: Partial<SinceReading> = {}, since?: string) => {
  const rows =
    values === ''
      ? '[]'
      : `[${values
          .split(';')
          .map(value => `{"t":${value}}`)
          .join(',')}]`
  const page = readPage(rows, { id: 'none', since: { ...rule, ...changes } }, { window: { since } })
  const { highest, reachedKnown, filtered, cursorsUnread } = page
  return { highest, reachedKnown, filtered, taken: page.records.length, cursorsUnread }
}

describe('the values of since', () => {
  test.each([
    [{}, '"2024-01-02";"2024-01-03T00:30:00+01:00";"2023-01-01"', '2024-01-02T23:30:00.000Z'],
    [{ fieldFormat: 'epoch-seconds' }, '1704067200;1', '2024-01-01T00:00:00.000Z'],
    [{ type: 'number' }, '9;10.0;"9.5"', '10'],
    [{ type: 'number' }, '9007199254740993;9007199254740992', '9007199254740993'],
    [{ type: 'text' }, '"b";"a"', 'b'],
    [{}, '', undefined],
  ] as const)('%j: the highest of %s is %s', (changes, values, highest) => {
    expect(read(values, changes)).toMatchObject({ highest })
  })

  test('older ones are left out and counted, where they are filtered here; equal ones never', () => {
    const values = '"2024-01-01";"2024-01-02";"2024-01-03"'
    const since = '2024-01-02T00:00:00.000Z'
    expect(read(values, { filter: true }, since)).toMatchObject({ taken: 2, filtered: 1 })
    expect(read(values, {}, since)).toMatchObject({ taken: 3, filtered: undefined, reachedKnown: true })
    expect(read('"2024-01-02"', {}, since).reachedKnown).toBe(false)
  })

  test('a record without a readable one is kept, and told', () => {
    expect(read('null;"soon";"2024-01-01"', { filter: true }, '2030-01-01T00:00:00.000Z')).toMatchObject({
      taken: 2,
      filtered: 1,
      highest: '2024-01-01T00:00:00.000Z',
      cursorsUnread: 2,
    })
  })
})
