import { writeFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Ajv2020 } from 'ajv/dist/2020.js'
import {
  runEngineComparison,
  runLoad,
  runResilienceBenchmark,
  runStreamingBenchmark,
  writeMeasurement,
} from '../../src/lab/index.js'
import {
  loadTable,
  measurementJsonSchemas,
  readMeasurement,
  reportText,
} from '../../src/measurements/index.js'
import { deadUrl, httpServer } from '../contracts/servers.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'measurements-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function written(name: string, content: unknown): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

/** A load's measurement as it is written, for tests to spoil. */
async function loadFile(name: string): Promise<string> {
  const file = join(folder, name)
  await using server = await httpServer((_, response) => response.end('ok'))
  await writeMeasurement(file, await runLoad({ url: server.url, requests: 5, connections: 2 }))
  return file
}

async function json(file: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>
}

describe('what is written is read again, whole', () => {
  const isValid = (name: string, content: unknown): unknown => {
    const ajv = new Ajv2020({ strict: false })
    const valid = ajv.validate(measurementJsonSchemas()[name] ?? false, content)
    return valid || ajv.errors
  }

  test.each([
    ['a closed loop', {}],
    ['an open loop that misses an objective', { ratePerSecond: 200, slos: ['p99<0ms', 'errors<1%'] }],
  ])('a load, %s', async (_, options) => {
    const file = join(folder, 'load.json')
    await using server = await httpServer((_request, response) => response.end('ok'))
    const measurement = await runLoad({ url: server.url, requests: 20, connections: 2, ...options })
    await writeMeasurement(file, measurement)
    const content = await json(file)
    const read = await readMeasurement(file)
    expect(read).toEqual(content)
    expect(read).toMatchObject({
      kind: 'load',
      result: measurement.result,
      plan: { requests: 20 },
    })
    expect(content['plan']).not.toHaveProperty('durationMs')
    expect(isValid('load-measurement', content)).toBe(true)
    if (read.kind === 'load') expect(loadTable(read)).toBe(loadTable(measurement))
  })

  test('N-41 a load without one response: what was no finite number is a text, or left out', async () => {
    const file = join(folder, 'dead.json')
    const measurement = await runLoad({
      url: await deadUrl(),
      requests: 2,
      connections: 1,
      slos: ['p50<5ms', 'mean<5ms'],
    })
    await writeMeasurement(file, measurement)
    const read = await readMeasurement(file)
    expect(read).toEqual(await json(file))
    expect(read).toMatchObject({
      slos: [
        { slo: 'p50<5ms', actual: 'Infinity', met: false },
        { slo: 'mean<5ms', met: false },
      ],
    })
    if (read.kind === 'load') expect(loadTable(read)).toBe(loadTable(measurement))
  })

  test('N-41 a comparison of engines, with intervals without an end', async () => {
    const report = await runEngineComparison({ requestCount: 20, runs: 1, concurrency: 2, workers: 1 })
    expect(report.pooling?.high).toBe(Infinity)
    const file = await written('engines.json', reportText(report))
    expect(await readFile(file, 'utf8')).toContain('"high": "Infinity"')
    expect(await readMeasurement(file)).toEqual(report)
    expect(isValid('bench-report', await json(file))).toBe(true)
  }, 60_000)

  test('a streaming benchmark', async () => {
    const jsonlOut = join(folder, 'streamed.jsonl')
    const report = await runStreamingBenchmark({
      durationMs: 300,
      threadedDurationMs: 50,
      concurrency: 2,
      workers: 1,
      monitorSampleIntervalMs: 50,
      jsonlOut,
    })
    const file = await written('streaming.json', report)
    expect(await readMeasurement(file)).toEqual(report)
    expect(isValid('bench-report', await json(file))).toBe(true)
  }, 60_000)

  test('a resilience benchmark', async () => {
    const report = await runResilienceBenchmark({ requestCount: 10 })
    const file = await written('resilience.json', report)
    expect(await readMeasurement(file)).toEqual(report)
    expect(isValid('bench-report', await json(file))).toBe(true)
  }, 60_000)

  test('a benchmark of 0.1, which names no kind', async () => {
    const { kind, ...report } = await runResilienceBenchmark({ requestCount: 10, breaker: false })
    const read = await readMeasurement(await written('old.json', report))
    expect(read).toEqual({ kind, ...report })
  }, 60_000)
})

describe('what cannot be read', () => {
  const fails = async (read: Promise<unknown>, file: string, fault: string, message: string): Promise<void> =>
    expect(read).rejects.toMatchObject({ code: 'MEASUREMENT', file, fault, message: `${file}: ${message}` })

  test('a file that is not there', async () => {
    const file = join(folder, 'nowhere.json')
    const message = `it cannot be read: ENOENT: no such file or directory, open '${file}'`
    await fails(readMeasurement(file), file, 'unreadable', message)
  })

  test.each([
    [{ kind: 'report', version: 1 }, 'it is of the kind report'],
    [{ kind: 'bench', benchmark: 'sorting', version: 1 }, 'it is of the kind bench sorting'],
    [{ kind: 5 }, 'it is of the kind 5'],
    [{ target: 'http://127.0.0.1/' }, 'it names no kind'],
    [{ kind: 'toString' }, 'it is of the kind toString'],
  ])('another kind: %j', async (content, found) => {
    const file = await written('other.json', content)
    const message = `${found}; allowed is one of acquisition, load, bench engines, bench streaming, bench resilience`
    await fails(readMeasurement(file), file, 'wrong-kind', message)
  })

  test('no object', async () => {
    const file = await written('list.json', [1, 2])
    await fails(readMeasurement(file), file, 'wrong-kind', 'it holds [1,2]; allowed is an object')
  })

  test.each(['load', 'bench'])('a newer version of %s', async kind => {
    const file = await written('newer.json', {
      kind,
      version: 2,
      benchmark: 'engines',
      secrets: 'of the future',
    })
    const named = kind === 'load' ? 'load' : 'bench engines'
    const message = `it is a measurement of the kind ${named} of version 2; allowed is 1: a later async-patterns has written it`
    await fails(readMeasurement(file), file, 'newer-version', message)
  })

  test('no version', async () => {
    const file = await written('none.json', { kind: 'load' })
    const message = 'it is a measurement of the kind load of version missing; allowed is 1'
    await fails(readMeasurement(file), file, 'invalid', message)
  })

  test('a file that was cut off', async () => {
    const whole = await readFile(await loadFile('whole.json'), 'utf8')
    const file = await written('torn.json', whole.slice(0, whole.length / 2))
    await expect(readMeasurement(file)).rejects.toMatchObject({ fault: 'no-json', file })
    const empty = await written('empty.json', '')
    const message = 'it is empty; allowed is one JSON object; results line by line are for readResults'
    await fails(readMeasurement(empty), empty, 'no-json', message)
  })

  test('a member that is not as it should be is named, with what is allowed', async () => {
    const content = await json(await loadFile('right.json'))
    const { requests: _, ...result } = content['result'] as Record<string, unknown>
    const file = await written('wrong.json', { ...content, result })
    await fails(readMeasurement(file), file, 'invalid', 'result.requests is missing; allowed is object')
    const spoiled = await written('spoiled.json', { ...content, interrupted: 'no' })
    await fails(readMeasurement(spoiled), spoiled, 'invalid', 'interrupted is "no"; allowed is boolean')
    const outcomes = { OK: { count: 1, serviceTimeMs: { version: 1 }, responseTimeMs: null } }
    const broken = await written('broken.json', { ...content, outcomes })
    await expect(readMeasurement(broken)).rejects.toThrow('outcomes.OK.serviceTimeMs.lowest is missing')
  })
})

// UPDATE_SCHEMAS=1 npx vitest run <this file> && npx biome format --write schemas
test.each(Object.keys(measurementJsonSchemas()))(
  'schemas/%s.schema.json is what the readers check',
  async name => {
    const file = new URL(`../../../../schemas/${name}.schema.json`, import.meta.url)
    const checked = JSON.stringify(measurementJsonSchemas()[name], null, 2)
    if (process.env['UPDATE_SCHEMAS'] === '1') writeFileSync(file, `${checked}\n`)
    else expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(JSON.parse(checked))
  },
)
