/**
 * PouchDB's server, which speaks CouchDB's protocol, in memory and in a process of its own. Prints its URL when
 * it is ready.
 */
import express from 'express'
import expressPouchDb from 'express-pouchdb'
import MemoryAdapter from 'pouchdb-adapter-memory'
import PouchDb from 'pouchdb-core'
import MapReduce from 'pouchdb-mapreduce'

const routes = ['routes/db', 'routes/all-docs', 'routes/changes', 'routes/bulk-docs']
const databases = PouchDb.plugin(MemoryAdapter).plugin(MapReduce).defaults({ adapter: 'memory' })
const app = express()
app.use(
  expressPouchDb(databases, { mode: 'custom', overrideMode: { include: routes }, inMemoryConfig: true }),
)
const server = app.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`))
