import { expect, test } from 'vitest'
import { PlanChangedError } from '../../../src/acquisition/ledger/ledger-errors.js'

const changes = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(part => `shop.${part} changed`)

test('PlanChangedError shows five changes, and knows them all', () => {
  const error = new PlanChangedError(changes)
  expect(error.message).toContain(
    ': shop.a changed, shop.b changed, shop.c changed, shop.d changed, shop.e ch',
  )
  expect(error.message).toContain('shop.e changed and 2 more. Undo')
  expect(new PlanChangedError(changes.slice(0, 5)).message).toContain('shop.e changed. Undo')
  expect(error.changes).toEqual(changes)
})
