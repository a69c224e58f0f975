import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { spawnMock } from '@async-patterns/http/mock'
import type { HttpMockStats, SpawnedMock } from '@async-patterns/http/mock'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LoadMeasurementFile, LoadResult } from '../../src/lab/index.js'
import { deadUrl, rawServer } from '../contracts/servers.js'
import { run } from '../support/run.js'
import type { Finished } from '../support/run.js'

// The processes run what was built: `make test` builds first.
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

let mock: SpawnedMock<'http'>
let folder: string
let url: string

beforeAll(async () => {
  mock = await spawnMock('http', ['--latency', '1ms'])
  url = `${mock.urls.http}/`
  folder = await mkdtemp(join(tmpdir(), 'load-command-'))
})

afterAll(async () => {
  await mock.close()
  await rm(folder, { recursive: true })
})

const load = (...args: string[]): Promise<Finished> => run(process.execPath, [main, 'load', ...args])

async function result(...args: string[]): Promise<LoadResult> {
  const { stdout } = await load(...args, '--json')
  return JSON.parse(stdout) as LoadResult
}

describe('async-patterns load', () => {
  test('--json has exactly the keys that are promised', async () => {
    const open = await result(url, '--requests', '50', '--rate', '500')
    expect(Object.keys(open)).toEqual([
      'target',
      'durationMs',
      'connections',
      'requests',
      'bytes',
      'statusCodes',
      'errors',
      'serviceTimeMs',
      'responseTimeMs',
      'timeline',
      'generator',
      'verdict',
    ])
    const times = ['min', 'mean', 'p50', 'p75', 'p90', 'p95', 'p99', 'p99_9', 'p99_99', 'max']
    expect(Object.keys(open.serviceTimeMs)).toEqual(times)
    expect(Object.keys(open.responseTimeMs ?? {})).toEqual(times)
    expect(Object.keys(open.requests)).toEqual(['total', 'perSecond'])
    expect(Object.keys(open.generator)).toEqual(['cpu', 'loopDelayP99Ms', 'gcMs', 'lateSends'])
    expect(Object.keys(open.verdict)).toEqual(['status', 'reasons'])
    expect((await result(url, '--requests', '5')).responseTimeMs).toBeNull()
  })

  test('the table names both clocks, the errors, the objectives and the verdict', async () => {
    const flags = ['--requests', '100', '--rate', '1000', '--slo', 'errors<1%', '--slo', 'p99<1ms']
    const { stdout, stderr } = await load(url, ...flags)
    for (const text of ['service time', 'response time', '200: 100', 'objective  errors<1%: met', 'MISSED']) {
      expect(stdout).toContain(text)
    }
    expect(stdout).toContain('fewer than 10 samples')
    expect(stderr).toBe('')
  })

  test.each([
    [0, () => [url, '--requests', '10', '--slo', 'errors<1%']],
    [1, () => [url, '--requests', '10', '--slo', 'p50<0ms']],
    [1, async () => [await deadUrl(), '--requests', '2']],
    [2, () => [url, '--connections', 'many']],
    [2, () => [url, '--slo', 'fast']],
    [2, () => [url, '--header', 'no colon']],
    [2, () => [url, '--header', 'Content-Length: 5']],
    [2, () => ['ftp://127.0.0.1/']],
    [2, () => []],
    [2, () => [url, '--body', '@/nowhere']],
    [2, () => [url, '--output', '']],
    [2, () => [url, '--output', join(folder, 'r'), '--jsonl-out', join(folder, 'r')]],
    [1, () => [url, '--output', '/proc/nowhere/deeper/file']],
    [1, () => [url, '--jsonl-out', '/proc/nowhere/deeper/file']],
    [2, () => [url, '--duration', '5']],
  ])('exit code %i', async (code, args) => {
    const finished = await load(...(await args()))
    expect(finished.code).toBe(code)
    expect(finished.stderr).not.toContain('    at ')
  })

  test.each([
    [['--connections', '0'], '--connections is 0; allowed is '],
    [['--rate', '0'], '--rate is 0; allowed is '],
    [['--rate', '5', '--arrivals', 'often'], '--arrivals is "often"; allowed is '],
    [['--arrivals', 'poisson'], '--arrivals means nothing without --rate'],
  ])('%j: what is wrong is told of the flag', async (flags, message) => {
    const { code, stderr } = await load(url, ...flags)
    expect([code, stderr]).toEqual([2, expect.stringContaining(`error: ${message}`)])
  })

  test('several threads share connections and requests, and write one file of results', async () => {
    const file = join(folder, 'results.jsonl')
    const one = await result(
      url,
      '--workers',
      '3',
      '--connections',
      '7',
      '--requests',
      '100',
      '--jsonl-out',
      file,
    )
    expect(one).toMatchObject({ connections: 7, statusCodes: { 200: 100 }, requests: { total: 100 } })
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
    expect(lines).toHaveLength(100)
    const open = await result(url, '--workers', '2', '--rate', '500', '--duration', '400ms')
    expect(open.requests.total).toBe(200)
  })

  test('several threads: whether their one file can be written is found out before the load', async () => {
    const began = performance.now()
    const { code, stderr } = await load(url, '--workers', '2', '--duration', '30s', '--jsonl-out', folder)
    expect([code, stderr]).toEqual([1, expect.stringContaining(`error: ${folder}: `)])
    expect(performance.now() - began).toBeLessThan(15_000)
    expect(await readdir(folder)).not.toContainEqual(expect.stringMatching(/part|tmp/))
  })

  test('N-30 several threads: where their files cannot become one, the table is shown, and why', async () => {
    const file = join(folder, 'full')
    await symlink('/dev/full', file)
    const flags = ['--workers', '2', '--requests', '10', '--jsonl-out', file]
    const { code, stdout, stderr } = await load(url, ...flags)
    expect([code, stderr]).toEqual([1, `error: ${file}: the disk is full (ENOSPC)\n`])
    expect(stdout).toContain('requests   10, ')
    expect((await readdir(folder)).filter(name => name.startsWith('full'))).toEqual(['full'])
  })

  test('N-28 no credential is shown or stored, and what is stored is for its owner only', async () => {
    const [lines, file] = [join(folder, 'secret.jsonl'), join(folder, 'secret.json')]
    const secret = ['--header', 'authorization: Bearer s3cret-header', '--body', 's3cret-body']
    const files = ['--jsonl-out', lines, '--output', file, '--requests', '5']
    const shown = await load(`${url}?api_key=s3cret-query&x=1`, ...secret, ...files)
    expect(shown.stdout).toContain(`target     ${url}?api_key=[redacted]&x=1\n`)
    const json = await load(`${url}?api_key=s3cret-query`, ...secret, '--requests', '5', '--json')
    const left = await Promise.all([lines, file].map(path => readFile(path, 'utf8')))
    expect([shown.stdout, shown.stderr, json.stdout, json.stderr, ...left].join('')).not.toContain('s3cret')
    for (const path of [lines, file]) expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  test.each([
    ['a URL', ['htp://me:s3cret@h/?k=s3cret']],
    ['a URL with credentials', ['http://me:s3cret@127.0.0.1:1/']],
    ['what is no URL', ['me:s3cr/et@h?k=s3cret']],
    ['a header without a colon', ['http://127.0.0.1:1', '--header', 'authorization s3cret']],
    ['a header with a control character', ['http://127.0.0.1:1', '--header', 'authorization: s3cret\u0001']],
    ['a body that seems to name a file', ['http://127.0.0.1:1', '--body', '@s3cret']],
    ['a flag that is not known', ['http://127.0.0.1:1', '--heder=authorization: s3cret']],
    ['a short flag that is not known', ['http://127.0.0.1:1', '-Hauthorization: s3cret']],
  ])('N-28 a wrong call is told without what may be a credential: %s', async (_, args) => {
    const { code, stdout, stderr } = await load(...args, '--requests', '1')
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('error: ')
    expect(stderr).not.toMatch(/s3cr/)
  })

  test('--output leaves the measurement with its histograms', async () => {
    const file = join(folder, 'measurement.json')
    await load(url, '--requests', '20', '--output', file)
    const measurement = JSON.parse(await readFile(file, 'utf8')) as LoadMeasurementFile
    expect(measurement.result.requests.total).toBe(20)
    expect(measurement.outcomes['OK']?.count).toBe(20)
  })

  test('method, headers and a body from a file', async () => {
    const one = await result(`${url}get`, '--header', 'X-A: 1', '--header', 'X-B: 2', '--requests', '3')
    expect(one.statusCodes).toEqual({ 200: 3 })
    const file = join(folder, 'measurement.json')
    const posted = await result(url, '--method', 'POST', '--body', `@${file}`, '--requests', '3')
    expect(posted.requests.total).toBe(3)
  })

  test.runIf(existsSync('/dev/full'))(
    'N-30 a disk that fills costs no measurement: the table is shown, and the file is named',
    async () => {
      const { code, stdout, stderr } = await load(url, '--requests', '3000', '--jsonl-out', '/dev/full')
      expect([code, stderr]).toEqual([1, 'error: /dev/full: the disk is full (ENOSPC)\n'])
      expect(stdout).toContain('requests   3000, ')
    },
  )

  test('SIGINT: the numbers until then, and exit code 130', async () => {
    const { code, result: until } = await interrupted(arrived, url, '--duration', '60s')
    expect(code).toBe(130)
    expect(until.requests.total).toBeGreaterThan(0)
    expect(until.errors).toEqual({})
  })

  test.each([
    ['in a closed loop', [], { INTERRUPTED: 10 }],
    ['in an open loop', ['--rate', '1000'], { INTERRUPTED: 10 }],
    ['in two threads', ['--workers', '2'], { INTERRUPTED: 10 }],
    ['in the warm-up', ['--warmup', '60s'], {}],
  ])('SIGINT %s ends it within two seconds, though no response comes', async (_, flags, errors) => {
    const hanging = `${mock.urls.http}/hang`
    const { code, result: until, tookMs } = await interrupted(arrived, hanging, '--timeout', '60s', ...flags)
    expect([code, until.errors]).toEqual([130, errors])
    expect(tookMs).toBeLessThan(2_000)
  })

  test('SIGINT ends it while connections are being made', async () => {
    // It never begins the handshake of TLS.
    await using server = await rawServer(() => undefined)
    const silent = server.url.replace('http:', 'https:')
    const { code, tookMs } = await interrupted(() => server.open === 10, silent, '--timeout', '60s')
    expect(code).toBe(130)
    expect(tookMs).toBeLessThan(2_000)
  })
})

/** Whether a request is on each of the connections. */
async function arrived(): Promise<boolean> {
  const stats = (await (await fetch(`${mock.urls.http}/__stats`)).json()) as HttpMockStats
  return stats.requests >= 10
}

/** A load that is sent SIGINT when it is so far, and how long it then took to end. */
async function interrupted(isSoFar: () => boolean | Promise<boolean>, ...args: string[]) {
  await fetch(`${mock.urls.http}/__stats`, { method: 'DELETE' })
  const child = spawn(process.execPath, [main, 'load', ...args, '--json'])
  let stdout = ''
  child.stdout.on('data', chunk => {
    stdout += String(chunk)
  })
  await expect.poll(isSoFar, { timeout: 10_000 }).toBe(true)
  const startedAt = performance.now()
  child.kill('SIGINT')
  const [code] = (await once(child, 'close')) as [number]
  return { code, result: JSON.parse(stdout) as LoadResult, tookMs: performance.now() - startedAt }
}
