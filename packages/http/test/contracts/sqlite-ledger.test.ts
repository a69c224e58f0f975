import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SqliteLedger } from '../../src/acquisition/ledger/sqlite/sqlite-ledger.js'
import { succeed } from '../support/run.js'
import { describeLedger } from './ledger-contract.js'
import type { OpenedElsewhere } from './ledger/ledger-rig.js'

const opener = fileURLToPath(new URL('../support/open-ledger.mjs', import.meta.url))

describeLedger('SqliteLedger', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ledger-'))
  const file = join(folder, 'acquire.db')
  return {
    open: async clock => new SqliteLedger({ file, clock }),
    openElsewhere: async (plan, options) => {
      const given = [file, plan, options].map(value => JSON.stringify(value))
      return JSON.parse(await succeed(process.execPath, [opener, ...given])) as OpenedElsewhere
    },
    remove: () => rm(folder, { recursive: true }),
  }
})
