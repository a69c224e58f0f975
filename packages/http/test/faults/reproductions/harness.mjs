// Shared by the reproductions: a local server, a pipeline file, one run of the built command, one verdict.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text as textOf } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const CLI = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url))

export const rows = page => Array.from({ length: 2 }, (_, index) => ({ id: `r${page}-${index}` }))

/** handler(request, response, URL) */
export async function serve(handler) {
  const server = http.createServer((request, response) =>
    handler(request, response, new URL(request.url, 'http://x')),
  )
  await new Promise(done => server.listen(0, '127.0.0.1', done))
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { port: server.address().port, close }
}

export function json(response, body, headers = {}, status = 200) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

export const yaml = (port, { pagination = '{ type: page, pageSize: 2 }' } = {}) => `
timeout: 20s
rateLimit: 50
sources:
  - name: s
    baseUrl: http://127.0.0.1:${port}
    path: /items
    pagination: ${pagination}
    records: items
    limits: { retry: { maxAttempts: 3, baseDelay: 50ms }, timeout: 3s, breaker: { failureThreshold: 50 } }
    mapping: { id: { path: id } }
`

export async function acquire(pipeline) {
  const folder = mkdtempSync(join(tmpdir(), 'reproduction-'))
  try {
    const file = join(folder, 'pipeline.yaml')
    writeFileSync(file, pipeline)
    const args = [CLI, 'acquire', file, '--output', join(folder, 'out'), '--workers', '1', '--json']
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
    const closed = new Promise(done => child.on('close', done))
    const summary = JSON.parse(await textOf(child.stdout))
    return { code: await closed, source: summary.sources[0] }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export function verdict(name, right, got, passes) {
  console.log(`${passes ? 'PASS' : 'FAIL'}  ${name}\n      right: ${right}\n      got:   ${got}`)
  if (!passes) process.exitCode = 1
}

export const told = ({ code, source }) =>
  `exit ${code}, ${source.status}, accepted ${source.accepted}, requests ${source.requests}, ` +
  `errors ${JSON.stringify(source.errors.map(error => `${error.code} x${error.count}`))}`
