import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SqliteLedger } from '../../src/acquisition/ledger/sqlite/sqlite-ledger.js'
import { describeLedger } from './ledger-contract.js'

describeLedger('SqliteLedger', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ledger-'))
  return {
    open: async clock => new SqliteLedger({ file: join(folder, 'acquire.db'), clock }),
    remove: () => rm(folder, { recursive: true }),
  }
})
