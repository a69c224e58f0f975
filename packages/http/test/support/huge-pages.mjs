/**
 * Three endpoints with huge pages, in a process of its own: `node huge-pages.mjs <bytes a page> <pages>`.
 * `/told` says how long its pages are, `/untold` does not, `/packed` sends them compressed. Prints its port
 * when it is ready.
 */
import { createServer } from 'node:http'
import { gzipSync } from 'node:zlib'

const [bytes, pages] = process.argv.slice(2).map(Number)
const RECORD_BYTES = 10_000

/** Ids differ between pages, and all else is there only to weigh. */
function pageText(page) {
  const records = Math.floor(bytes / RECORD_BYTES)
  const items = Array.from({ length: records }, (_, index) => ({ id: `${page}-${index}`, blob: '' }))
  for (const item of items) item.blob = 'x'.repeat(RECORD_BYTES - JSON.stringify(item).length - 1)
  return Buffer.from(JSON.stringify({ total: records * pages, items }))
}

const bodies = Array.from({ length: pages }, (_, index) => pageText(index + 1))
const packed = bodies.map(body => gzipSync(body))

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://host')
  const index = Number(url.searchParams.get('page')) - 1
  if (index >= pages) return response.writeHead(404).end()
  if (url.pathname === '/told') return response.end(bodies[index])
  if (url.pathname === '/untold') {
    response.write(bodies[index].subarray(0, 1_000))
    return response.end(bodies[index].subarray(1_000))
  }
  return response.setHeader('content-encoding', 'gzip').end(packed[index])
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
