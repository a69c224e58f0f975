import { existsSync } from 'node:fs'
import { JsonlWriter, SqliteWriter } from '../../src/persistence/index.js'
import { readJsonl, readTable } from '../support/read-results.js'
import { describeRecordWriter } from './record-writer-contract.js'

describeRecordWriter({ name: 'JsonlWriter', open: options => new JsonlWriter(options), read: readJsonl })

describeRecordWriter({
  name: 'SqliteWriter',
  open: options => new SqliteWriter(options),
  read: file => (existsSync(file) ? readTable(file) : []),
})
