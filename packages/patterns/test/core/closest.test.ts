import { expect, test } from 'vitest'
import { closest } from '../../src/core/closest.js'

test('the closest known word is named only when it is close', () => {
  const known = ['timeout', 'workers', 'output']
  expect(closest('timeot', known)).toBe('timeout')
  expect(closest('Workers', known)).toBe('workers')
  expect(closest('colour', known)).toBeUndefined()
  expect(closest('abd', ['abx', 'abc'])).toBe('abx')
})
