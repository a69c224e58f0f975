import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { spawnMock } from '@async-patterns/http/mock'
import type { HttpMockStats, SpawnedMock } from '@async-patterns/http/mock'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LoadMeasurementFile, LoadResult } from '../../src/lab/index.js'
import { deadUrl, httpServer, rawServer } from '../contracts/servers.js'
import { run, succeed } from '../support/run.js'
import type { Finished } from '../support/run.js'
import { testWith } from '../support/services.js'

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
  return (JSON.parse(stdout) as LoadMeasurementFile).result
}

describe('async-patterns load', () => {
  test('N-41 --json has exactly the keys that are promised: the measurement as --output writes it', async () => {
    const file = join(folder, 'same.json')
    const flags = ['--requests', '50', '--rate', '500', '--slo', 'p99<1m', '--json', '--output', file]
    const { stdout } = await load(url, ...flags)
    const open = JSON.parse(stdout) as LoadMeasurementFile
    expect(stdout).toBe(await readFile(file, 'utf8'))
    const ajv = new Ajv2020({ strict: false })
    const schema = new URL('../../../../schemas/load-measurement.schema.json', import.meta.url)
    expect(ajv.validate(JSON.parse(await readFile(schema, 'utf8')) as object, open), ajv.errorsText()).toBe(
      true,
    )
    expect(Object.keys(open)).toEqual(
      'kind version startedAt environment plan result outcomes timeline interrupted slos'.split(' '),
    )
    expect(Object.keys(open.result)).toEqual([
      'target',
      'durationMs',
      'connections',
      'requests',
      'bytes',
      'statusCodes',
      'errors',
      'hints',
      'connectionsMade',
      'connectTimeMs',
      'serviceTimeMs',
      'responseTimeMs',
      'timeline',
      'generator',
      'verdict',
    ])
    const times = ['min', 'mean', 'p50', 'p75', 'p90', 'p95', 'p99', 'p99_9', 'p99_99', 'max']
    expect(Object.keys(open.result.serviceTimeMs)).toEqual(times)
    expect(Object.keys(open.result.responseTimeMs ?? {})).toEqual(times)
    expect(Object.keys(open.result.requests)).toEqual([
      'total',
      'succeeded',
      'failed',
      'neverSent',
      'perSecond',
    ])
    expect(Object.keys(open.result.generator)).toEqual(['cpu', 'loopDelayP99Ms', 'gcMs', 'lateSends'])
    expect(Object.keys(open.result.verdict)).toEqual(['status', 'reasons'])
    expect(open).toMatchObject({ slos: [{ slo: 'p99<1m', met: true }], interrupted: false })
    expect(open.plan).toMatchObject({ requests: 50, ratePerSecond: 500, acceptStatus: '100-399' })
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
    [2, () => [url, '--duration', '5 minutes']],
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
    [['--seed', '5'], '--seed means nothing without --arrivals poisson'],
    [['--rate', '5', '--seed', '5'], '--seed means nothing without --arrivals poisson'],
    [['--insecure'], '--insecure means nothing for a URL that is not https'],
    [['--cacert', '/nowhere'], '--cacert is "/nowhere", which cannot be read: ENOENT'],
    [['--cacert', main], '--cacert is'],
    [['--accept-status', '2xx'], '--accept-status is "2xx"; allowed is statuses and ranges'],
    [['--slo', 'fast'], '--slo: the objective is "fast"; allowed is such as'],
    [['--slo', 'p99<50'], '--slo: the objective "p99<50" is "50"; allowed is a duration'],
    [['--header', 'Content-Length: 5'], '--header: cannot send a header "Content-Length"'],
    [['--method', 'GE T'], '--method: cannot send a method "GE T"'],
    [['--timeout', '0'], '--timeout is 0; allowed is '],
    [['--duration', 'soon'], '--duration is "soon"; allowed is '],
    [['--workers', '11'], '--workers is 11; allowed is '],
  ])('N-42 %j: what is wrong is told of the flag', async (flags, message) => {
    const { code, stderr } = await load(url, ...flags)
    expect([code, stderr]).toEqual([2, expect.stringContaining(`error: ${message}`)])
  })

  test('N-42 the short forms that other load generators have', async () => {
    const short = url.replace('http://', '')
    const one = await result(
      short,
      '-c',
      '3',
      '-d',
      '0.3',
      '-r',
      '100',
      '--header',
      'x-a: 1',
      '--timeout',
      '5',
    )
    expect(one).toMatchObject({ target: url, connections: 3, requests: { total: 30, succeeded: 30 } })
    expect((await result(short.replace('127.0.0.1', 'localhost'), '-n', '4')).target).toContain(
      'http://localhost:',
    )
  })

  test('N-42 a header that is given twice is sent twice, over the wire and over TLS', async () => {
    const heads: string[] = []
    await using server = await rawServer((socket, head) => {
      heads.push(head)
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
    })
    await result(
      server.url,
      '-n',
      '1',
      '-c',
      '1',
      '--header',
      'Cookie: a=1',
      '--header',
      'Cookie: b=2',
      '--header',
      'X-One: 1',
    )
    expect(heads[0]?.match(/^(Cookie|X-One): .*$/gm)).toEqual(['Cookie: a=1', 'Cookie: b=2', 'X-One: 1'])
  })

  testWith('openssl')('N-42 a self-signed certificate: a hint, and two ways on', async () => {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const files = ['-keyout', key, '-out', cert]
    const newKey = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1'
    const name = ['-addext', 'subjectAltName=IP:127.0.0.1']
    await succeed('openssl', ['req', ...newKey.split(' '), ...files, ...name])
    const cookies: (string | undefined)[] = []
    const server = createServer(
      { key: await readFile(key), cert: await readFile(cert) },
      (request, response) => {
        cookies.push(request.headers.cookie)
        response.end('x')
      },
    ).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const tls = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const refused = await load(tls, '-n', '2', '-c', '1')
    expect(refused.code).toBe(1)
    expect(refused.stdout).toMatch(/^hint .*certificate is signed by nobody/m)
    expect(refused.stdout).toMatch(/--cacert FILE[^]*--insecure/)
    for (const way of [['--cacert', cert], ['--insecure']]) {
      const one = await result(
        tls,
        '-n',
        '2',
        '-c',
        '1',
        '--header',
        'Cookie: a=1',
        '--header',
        'Cookie: b=2',
        ...way,
      )
      expect(one.requests.succeeded).toBe(2)
      // The one connection that it keeps is made with the first request: no part of its service time.
      expect(one.connectionsMade).toBe(1)
    }
    expect(new Set(cookies)).toEqual(new Set(['a=1; b=2']))
    server.close()
  })

  test('N-38 refused in an open loop: exit code 1, in its time, without advice on workers', async () => {
    const began = performance.now()
    const { code, stdout } = await load(await deadUrl(), '-r', '200', '-d', '1s')
    expect(code).toBe(1)
    expect(stdout).not.toContain('workers')
    expect(stdout).toContain('nobody listens at 127.0.0.1:')
    expect(performance.now() - began).toBeLessThan(9_000)
  })

  test('N-39 only failures: exit code 1, unless their status is accepted', async () => {
    await using server = await httpServer((_, response) => response.writeHead(500).end())
    expect((await load(server.url, '-n', '10')).code).toBe(1)
    expect((await load(server.url, '-n', '10', '--rate', '500')).code).toBe(1)
    expect((await load(server.url, '-n', '10', '--accept-status', '200-299,500-503')).code).toBe(0)
  })

  test('N-43 no line is wider than a terminal, whatever stands in the URL', async () => {
    await using server = await rawServer((socket, _, count) => {
      if (count % 3 === 0) socket.destroy()
      else socket.write(`HTTP/1.1 ${count % 2 === 0 ? 200 : 503} x\r\nContent-Length: 0\r\n\r\n`)
    })
    const long = `${server.url}/${'long-path/'.repeat(20)}?q=${'x'.repeat(200)}`
    const flags = ['-n', '200', '-r', '5000', '--slo', 'p99.99<1ms', '--slo', 'errors<0.0001%']
    const { stdout } = await load(long, ...flags)
    const wide = stdout.split('\n').filter(line => line.length > 80)
    expect(wide).toEqual([])
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
    expect(stdout).toContain('requests   10: ')
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
      expect(stdout).toContain('requests   3000: ')
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
  return {
    code,
    result: (JSON.parse(stdout) as LoadMeasurementFile).result,
    tookMs: performance.now() - startedAt,
  }
}
