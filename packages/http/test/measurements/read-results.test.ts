import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runLoad } from '../../src/lab/index.js'
import { ResultFiles } from '../../src/lab/result-files.js'
import { readResults } from '../../src/measurements/index.js'
import type { ResultRecord } from '../../src/measurements/index.js'
import { resultsOf } from '../contracts/record-writer-contract.js'
import { rawServer } from '../contracts/servers.js'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

let folder = ''
let file = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'read-results-'))
  file = join(folder, 'results.jsonl')
})
afterEach(() => rm(folder, { recursive: true }))

async function linesOf(path: string): Promise<unknown[]> {
  return (await readFile(path, 'utf8'))
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as unknown)
}

/** All results, and with what reading them ended. */
async function read(path = file): Promise<{ results: ResultRecord[]; error: unknown }> {
  const results: ResultRecord[] = []
  try {
    for await (const result of readResults(path)) results.push(result)
    return { results, error: undefined }
  } catch (error) {
    return { results, error }
  }
}

test.each([
  ['closed', {}],
  ['open', { ratePerSecond: 1_000 }],
])('what a load of a %s loop writes is read again, failures too', async (_, loop) => {
  await using server = await rawServer((socket, _head, count) => {
    if (count % 10 === 0) socket.destroy()
    else socket.write(OK)
  })
  await runLoad({ url: server.url, connections: 3, requests: 50, jsonlFile: file, ...loop })
  const { results, error } = await read()
  expect(error).toBeUndefined()
  expect(results).toHaveLength(50)
  expect(results).toEqual(await linesOf(file))
})

test('what a benchmark writes is read again, with the engine', async () => {
  await using files = new ResultFiles({ jsonlOut: file })
  const stored = resultsOf(0, 250).map(result => ({ engine: 'threaded', ...result }))
  for (const result of stored) await files.write(result)
  await files.close()
  expect(await read()).toEqual({ results: stored, error: undefined })
})

test('a last line that was cut off is told, after all that were whole', async () => {
  const whole = resultsOf(0, 100)
  await writeFile(file, whole.map(result => `${JSON.stringify(result)}\n`).join(''))
  await appendFile(file, '{"url":"http://127.0.0.1/","statu')
  const { results, error } = await read()
  expect(results).toEqual(whole)
  const message = `${file}: its last line, 101, was cut off: ${JSON.stringify('{"url":"http://127.0.0.1/","statu')}`
  expect(error).toMatchObject({ code: 'MEASUREMENT', fault: 'truncated', file, message })
})

test('a last line that lacks only its newline is a result', async () => {
  const whole = resultsOf(0, 2)
  await writeFile(file, whole.map(result => JSON.stringify(result)).join('\n'))
  expect(await read()).toEqual({ results: whole, error: undefined })
})

test.each([
  [
    '{"kind":"load","version":1}',
    'wrong-kind',
    'line 1: it is of the kind "load"; allowed is the result of one request',
  ],
  [
    '{"version":2}',
    'newer-version',
    'line 1 is a result of version 2; allowed is 1: a later async-patterns has written it',
  ],
  ['no JSON', 'no-json', 'line 1 is "no JSON"; allowed is JSON'],
  ['null', 'invalid', 'line 1 is null; allowed is object'],
  ['{"url":5}', 'invalid', 'line 1.url is 5; allowed is string'],
])('%s is no result', async (line, fault, message) => {
  await writeFile(file, `${line}\n`)
  expect(await read()).toMatchObject({ results: [], error: { fault, message: `${file}: ${message}` } })
})

test('a file that is not there', async () => {
  const { error } = await read(join(folder, 'nowhere'))
  expect(error).toMatchObject({ code: 'MEASUREMENT', fault: 'unreadable' })
})
