import { expect, it } from 'vitest'
import { closest } from '../../../src/acquisition/configuration/closest.js'

it('the closest known word is named only when it is close', () => {
  const known = ['timeout', 'workers', 'output']
  expect(closest('timeot', known)).toBe('timeout')
  expect(closest('Workers', known)).toBe('workers')
  expect(closest('colour', known)).toBeUndefined()
})
