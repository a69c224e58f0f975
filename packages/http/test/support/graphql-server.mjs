/**
 * The reference implementation of GraphQL over HTTP, in a process of its own: `node graphql-server.mjs COUNT`
 * has so many books on connections as Relay has them. Prints its URL when it is ready.
 */
import { createServer } from 'node:http'
import { buildSchema } from 'graphql'
import { createHandler } from 'graphql-http/lib/use/http'

const schema = buildSchema(`
  type Query { books(first: Int!, after: String): Books! }
  type Books { edges: [Edge!]!, pageInfo: PageInfo!, totalCount: Int! }
  type Edge { cursor: String!, node: Book! }
  type Book { id: ID!, title: String!, authors: [Author!]! }
  type Author { name: String! }
  type PageInfo { hasNextPage: Boolean!, endCursor: String }
`)
const edges = Array.from({ length: Number(process.argv[2]) }, (_, index) => ({
  cursor: Buffer.from(`book:${index}`).toString('base64'),
  node: { id: `b${index + 1}`, title: `Book ${index + 1}`, authors: [{ name: 'A' }, { name: `B${index}` }] },
}))

/** The connection behind a cursor. */
function books({ first, after }) {
  const from = edges.findIndex(({ cursor }) => cursor === after) + 1
  if (after !== undefined && after !== null && from === 0) throw new Error(`no such cursor: ${after}`)
  const page = edges.slice(from, from + first)
  const pageInfo = { hasNextPage: from + first < edges.length, endCursor: page.at(-1)?.cursor ?? null }
  return { edges: page, pageInfo, totalCount: edges.length }
}

const answer = createHandler({ schema, rootValue: { books } })
const server = createServer((request, response) => void answer(request, response))
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`))
