import { describe, expect, test } from 'vitest'
import { JournalWriter } from '../../../src/acquisition/run/journal.js'
import type { Journal, Run } from '../../../src/acquisition/ledger/ledger.js'

describe('JournalWriter', () => {
  const row = (attempt: number) => ({ stream: 'a', pageId: 'a:page=1', attempt, at: 0 })

  test('writes all of one turn at once, in order, and flush waits for it', async () => {
    const written: Journal[] = []
    const run = { log: async (journal: Journal) => void written.push(journal) } as unknown as Run
    const journal = new JournalWriter(run, () => undefined)
    journal.departure(row(1))
    journal.departure(row(2))
    journal.transition({ stream: 'a', from: 'closed', to: 'open', at: 0, cause: 'x' })
    await journal.flush()
    await journal.flush()
    expect(written).toHaveLength(1)
    expect(written[0]?.departures.map(({ attempt }) => attempt)).toEqual([1, 2])
    expect(written[0]?.transitions).toHaveLength(1)
  })

  test('tells what could not be written', async () => {
    const errors: unknown[] = []
    const run = { log: () => Promise.reject(new Error('full')) } as unknown as Run
    const journal = new JournalWriter(run, error => errors.push(error))
    journal.departure(row(1))
    await new Promise(resolve => setImmediate(resolve))
    await new Promise(resolve => setImmediate(resolve))
    expect(errors).toEqual([new Error('full')])
    await expect(journal.flush()).rejects.toThrow('full')
  })
})
