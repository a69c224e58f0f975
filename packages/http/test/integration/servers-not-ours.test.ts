import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parseConfig } from '../../src/acquisition/configuration/load-config.js'
import { acquired, outputFolder, QUICK, withLimits } from '../support/acquire-rig.js'

/** A server of somebody else, in a process of its own. */
async function serverOf(script: string, ...args: string[]) {
  const file = fileURLToPath(new URL(`../support/${script}`, import.meta.url))
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const [url] = (await Promise.race([
    once(createInterface(child.stdout), 'line'),
    exited.then(() => Promise.reject(new Error(`${script} ended before it was ready`))),
  ])) as [string]
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.kill()
      await exited
    },
  }
}

async function acquire(yaml: string, output: string) {
  const { config } = parseConfig(yaml, 'p.yaml', { flags: { output }, environment: {} })
  return (await acquired(withLimits({ ...config, workers: 1 }, QUICK))).summary
}

async function post(url: string, method: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method, headers, body: JSON.stringify(body) })
  expect(response.ok, `${method} ${url}: ${response.status}`).toBe(true)
  await response.text()
}

test('CouchDB: _all_docs by its inclusive keys, and _changes from where the run before ended', async () => {
  await using couch = await serverOf('couch-server.mjs')
  await using output = await outputFolder()
  const docs = Array.from({ length: 25 }, (_, index) => ({ _id: `note ${index + 10}`, text: `T${index}` }))
  await post(`${couch.url}/notes`, 'PUT', {})
  await post(`${couch.url}/notes/_bulk_docs`, 'POST', { docs })
  const yaml = `
sources:
  - name: couch
    baseUrl: ${couch.url}/notes
    streams:
      - name: docs
        path: /_all_docs
        query: { include_docs: true }
        records: 'rows[*].doc'
        id: _id
        pagination:
          type: cursor
          from: lastRecord
          cursorPath: _id
          cursorParam: startkey
          sizeParam: limit
          pageSize: 10
      - name: changes
        path: /_changes
        records: results
        id: id
        since: { field: seq, type: number, param: since }
        pagination: { type: cursor, cursorPath: last_seq, cursorParam: since, sizeParam: limit, pageSize: 10 }
`
  const first = await acquire(yaml, output.path)
  expect(first.run.status).toBe('complete')
  expect(first.sources.map(({ name, coverage }) => [name, coverage.uniqueIds])).toEqual([
    ['couch.docs', 25],
    ['couch.changes', 25],
  ])
  await post(`${couch.url}/notes/_bulk_docs`, 'POST', { docs: [{ _id: 'note 99', text: 'new' }] })
  const second = await acquire(yaml, output.path)
  expect(second.run.status).toBe('complete')
  expect(second.sources.map(({ coverage }) => coverage.uniqueIds)).toEqual([26, 1])
})

test('GraphQL over HTTP: a connection, page by page, and an error that comes with status 200', async () => {
  await using server = await serverOf('graphql-server.mjs', '25')
  await using output = await outputFolder()
  const yaml = `
sources:
  - name: books
    baseUrl: ${server.url}
    body:
      graphql:
        query: |
          query Books($first: Int!, $after: String) {
            books(first: $first, after: $after) {
              edges { node { id title authors { name } } }
              pageInfo { hasNextPage endCursor }
              totalCount
            }
          }
    pagination:
      type: cursor
      cursorPath: data.books.pageInfo.endCursor
      hasMorePath: data.books.pageInfo.hasNextPage
      cursorParam: { body: variables.after }
      sizeParam: { body: variables.first }
      pageSize: 10
    records: 'data.books.edges[*].node'
    errorPath: errors
    total: data.books.totalCount
    mapping:
      id: { path: id }
      title: { path: title, required: true }
      authors: { path: 'authors[*].name', type: 'text[]' }
`
  const { run, totals, sources, records } = await acquire(yaml, output.path)
  expect(run.status).toBe('complete')
  expect(totals).toMatchObject({ records: 25, pages: 3, requests: 3, duplicates: 0 })
  expect(sources[0]?.coverage).toEqual({ reportedTotal: 25, uniqueIds: 25, missing: 0 })
  expect(records.find(({ id }) => id === 'b25')?.fields).toEqual({
    id: 'b25',
    title: 'Book 25',
    authors: ['A', 'B24'],
  })
  await using other = await outputFolder()
  const wrong = await acquire(yaml.replace(' title authors', ' tilte authors'), other.path)
  expect(wrong.run.status).toBe('failed')
  expect(wrong.errors[0]?.message).toContain('tilte')
})
