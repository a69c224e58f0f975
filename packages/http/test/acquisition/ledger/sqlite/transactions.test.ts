import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Database } from '../../../../src/acquisition/ledger/sqlite/open-database.js'
import { openDatabase } from '../../../../src/acquisition/ledger/sqlite/open-database.js'
import { Transactions } from '../../../../src/acquisition/ledger/sqlite/transactions.js'

let folder: string
let database: Database
let other: Database
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'transactions-'))
  database = openDatabase({ file: join(folder, 'acquire.db') })
  other = openDatabase({ file: join(folder, 'acquire.db') })
})
afterEach(async () => {
  database.close()
  other.close()
  await rm(folder, { recursive: true })
})

const positionIn = (from: Database) => () => from.prepare('select position from last_position').pluck().get()
const setPosition = (of: Database, position: number) => () =>
  of.prepare('update last_position set position = ?').run(position)
const turn = () => new Promise(resolve => setImmediate(resolve))

test('what is read in one turn of the event loop is of one state, and the next turn sees the next', async () => {
  const { reading } = bound(new Transactions(database))
  expect(reading(positionIn(database))).toBe(0)
  setPosition(other, 7)()
  expect(reading(positionIn(database))).toBe(0)
  await turn()
  expect(database.inTransaction).toBe(false)
  expect(reading(positionIn(database))).toBe(7)
})

test('what is written is there when it returns, also behind a read of the same turn', async () => {
  const { reading, writing } = bound(new Transactions(database))
  reading(positionIn(database))
  writing(setPosition(database, 3))
  expect(positionIn(other)()).toBe(3)
  expect(reading(positionIn(database))).toBe(3)
  await turn()
  expect(database.inTransaction).toBe(false)
})

test('what fails is undone, and a database that was closed meanwhile is left alone', async () => {
  const { reading, writing } = bound(new Transactions(database))
  const failing = () => {
    setPosition(database, 9)()
    throw new Error('no')
  }
  expect(() => writing(failing)).toThrow('no')
  expect(reading(positionIn(database))).toBe(0)
  database.close()
  await turn()
  expect(positionIn(other)()).toBe(0)
})

function bound(transactions: Transactions) {
  return {
    reading: <T>(work: () => T) => transactions.reading(work),
    writing: <T>(work: () => T) => transactions.writing(work),
  }
}
