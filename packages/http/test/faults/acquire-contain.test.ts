import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { Summary } from '../../src/measurements/index.js'
import { httpServer, rawServer } from '../contracts/servers.js'
import { outputFolder } from '../support/acquire-rig.js'

const command = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** A source of twenty small pages. */
const healthy = () =>
  httpServer((request, response) => {
    const page = Number(new URL(request.url ?? '', 'http://host').searchParams.get('page') ?? 1)
    const next = page < 20 ? `/?page=${page + 1}` : null
    response.end(JSON.stringify({ items: [{ id: `g${page}` }], next }))
  })

const source = (name: string, url: string, limits: string): string => `
  - name: ${name}
    baseUrl: ${url}
    path: /
    pagination: { type: nextUrl, nextUrlPath: next }
    records: items
    mapping: { id: { path: id } }
    limits: ${limits}`

interface Ended {
  readonly code: number | null
  readonly ms: number
  readonly summary: Summary
  readonly status: Record<string, string>
}

/** The command on a hostile source and the healthy one, with one thread; `killAfter`: what is waited for before SIGTERM. */
async function acquired(bad: string, good: string, options: Options = {}): Promise<Ended> {
  await using output = await outputFolder()
  const file = join(output.path, 'p.yaml')
  const { limits = '{ rate: 1000 }', top = '', killAfter } = options
  const sources = source('bad', bad, limits) + source('good', good, '{ rate: 1000 }')
  await writeFile(file, `timeout: 60s\nworkers: 1\n${top}sources:${sources}\n`)
  const args = [command, 'acquire', file, '--output', join(output.path, 'out'), '--json', '--quiet']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, errors]: [string[], string[]] = [[], []]
  child.stdout.on('data', chunk => out.push(String(chunk)))
  child.stderr.on('data', chunk => errors.push(String(chunk)))
  let startedAt = performance.now()
  if (killAfter !== undefined) {
    await killAfter
    startedAt = performance.now()
    child.kill('SIGTERM')
  }
  const [code] = (await once(child, 'close')) as [number | null]
  const ms = performance.now() - startedAt
  expect(out.join(''), errors.join('')).toMatch(/^\{/)
  const summary = JSON.parse(out.join('')) as Summary
  const status = Object.fromEntries(summary.sources.map(each => [each.name, each.status]))
  return { code, ms, summary, status }
}

interface Options {
  readonly limits?: string
  readonly top?: string
  readonly killAfter?: Promise<unknown>
}

const codes = ({ summary }: Ended) => summary.errors.map(({ code, count }) => `${code} x${count}`)

/** Numbers of 16 digits are parsed exactly, which takes its time. */
const slowPage = `{"items":[${'1234567890123456,'.repeat(1_500_000)}0],"next":null}`

test('N-25 a page that is too slow fails once, by name, and the healthy source never notices', async () => {
  await using bad = await httpServer((_, response) => void response.end(slowPage))
  await using good = await healthy()
  const ended = await acquired(bad.url, good.url, { limits: '{ rate: 1000, pageTime: 100ms }' })
  expect(ended.status).toEqual({ bad: 'failed', good: 'complete' })
  expect(codes(ended)).toEqual(['TOO_SLOW x1'])
}, 60_000)

test('N-25 an interrupted run waits for its grace and for no thread', async () => {
  let sent: () => void = () => undefined
  const reading = new Promise<void>(resolve => {
    sent = resolve
  })
  await using bad = await httpServer((_, response) => {
    response.end(slowPage)
    response.once('finish', () => setTimeout(sent, 200))
  })
  await using good = await healthy()
  const ended = await acquired(bad.url, good.url, {
    limits: '{ rate: 1000, pageTime: 60s, maxRecordsPerPage: 2000000 }',
    top: 'grace: 300ms\n',
    killAfter: reading,
  })
  expect(ended.code).toBe(130)
  expect(ended.ms).toBeLessThan(5_000)
}, 60_000)

test.each([
  ['[0,0,...]', '0,', 'TOO_HEAVY'],
  ['[{},{},...]', '{},', 'TOO_HEAVY'],
  ['[[],[],...]', '[],', 'TOO_HEAVY'],
  ['long texts', `"${'x'.repeat(400)}",`, 'TOO_MANY_RECORDS'],
])(
  'N-26 a page of 50 MB of %s fails once, by name, and the healthy source never notices',
  async (_, unit, code) => {
    const body = `{"items":[${unit.repeat(50e6 / unit.length)}0],"next":null}`
    await using bad = await httpServer((_request, response) => void response.end(body))
    await using good = await healthy()
    const ended = await acquired(bad.url, good.url)
    expect(ended.code).toBe(3)
    expect(ended.status).toEqual({ bad: 'failed', good: 'complete' })
    expect(codes(ended)).toEqual([`${code} x1`])
  },
  60_000,
)

test('N-18 connections that serve one request and are reset at the second cost no try', async () => {
  const served = new WeakSet<object>()
  await using bad = await rawServer((socket, head) => {
    if (served.has(socket)) return void socket.resetAndDestroy()
    served.add(socket)
    const page = Number(/page=(\d+)/.exec(head)?.[1] ?? 1)
    const body = JSON.stringify({
      items: [{ id: `b${page}` }],
      next: page < 12 ? `/?page=${page + 1}` : null,
    })
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
  })
  await using good = await healthy()
  const ended = await acquired(bad.url, good.url, { limits: '{ rate: 1000, retry: { maxAttempts: 1 } }' })
  expect(ended.status).toEqual({ bad: 'complete', good: 'complete' })
  expect(ended.summary.errors).toEqual([])
  // What was sent again departed again.
  expect(ended.summary.sources[0]?.requests).toBeGreaterThan(12)
}, 60_000)
