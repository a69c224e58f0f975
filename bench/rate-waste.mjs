/**
 * How much of the rate a source is allowed the pipeline leaves unused while nothing but the rate holds it back,
 * and whether the server ever sees more: three sources at 5 a second each, from a server in a process of its own
 * that notes when each request arrives. `node bench/rate-waste.mjs [seconds]` It ends with 1 where 1 % or more
 * is wasted, or a rolling second at the server holds more than the rate.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { acquire } from '@async-patterns/http/acquisition'

const RATE = 5
const SOURCES = 3
const MOST_WASTED = 0.01

if (process.send === undefined) process.exitCode = (await measured(Number(process.argv[2] ?? 30))) ? 0 : 1
else await serve()

/** Answers every page of every source with one record, and tells at the end when requests came. */
async function serve() {
  const arrivals = Array.from({ length: SOURCES }, () => [])
  const server = createServer((request, response) => {
    const at = performance.now()
    const url = new URL(request.url, 'http://127.0.0.1')
    const [id, pages] = ['page', 'pages'].map(name => Number(url.searchParams.get(name)))
    arrivals[Number(url.pathname.slice(1))].push(at)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ pages, items: id <= pages ? [{ id }] : [] }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  process.send(server.address().port)
  await once(process, 'message')
  process.send(arrivals)
  process.disconnect()
  server.close()
  server.closeAllConnections()
}

async function measured(seconds) {
  const server = fork(fileURLToPath(import.meta.url))
  const [port] = await once(server, 'message')
  const output = await mkdtemp(join(tmpdir(), 'bench-rate-'))
  try {
    const { run } = await acquire({
      output,
      rateLimit: RATE,
      workers: 1,
      sources: sourcesAt(port, seconds * RATE),
    })
    server.send('end')
    const [arrivals] = await once(server, 'message')
    console.log(`${run.status}, ${seconds} s at ${RATE} a second, ${SOURCES} sources`)
    return arrivals.map(report).every(Boolean)
  } finally {
    server.kill()
    await rm(output, { recursive: true })
  }
}

function sourcesAt(port, pages) {
  return Array.from({ length: SOURCES }, (_, index) => ({
    name: `source${index}`,
    baseUrl: `http://127.0.0.1:${port}`,
    path: `/${index}`,
    query: { pages },
    pagination: { type: 'page', pageSize: 1, totalPagesPath: 'pages' },
    records: 'items',
    mapping: { id: { path: 'id', type: 'integer' } },
    limits: { per: 'path' },
  }))
}

function report(at, index) {
  const wasted = 1 - ((at.length - 1) * 1_000) / (at.at(-1) - at[0]) / RATE
  const worst = Math.max(
    ...at.map((from, first) => at.filter((to, later) => later >= first && to < from + 1_000).length),
  )
  console.log(
    `source${index}: ${at.length} requests, ${(wasted * 100).toFixed(2)} % wasted, at most ${worst} in a second`,
  )
  return wasted < MOST_WASTED && worst <= RATE
}
