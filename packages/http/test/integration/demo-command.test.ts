import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Summary } from '../../src/acquisition/index.js'
import { startShops } from '../../src/mock/index.js'
import { run } from '../support/run.js'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
let folder: string

/** A user's own, with a source that is called as one of the shops. */
const PIPELINE = `
rateLimit: 200
sources:
  - name: northwind
    baseUrl: \${NORTHWIND_URL}
    path: /api/products
    pagination: { type: page, pageParam: page, sizeParam: per_page, pageSize: 10, totalRecordsPath: total }
    records: products
    mapping: { id: { path: id } }
`

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'demo-'))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

/** In an empty working directory of its own. */
const demo = (...args: string[]) =>
  run(process.execPath, [main, 'demo', '--rate-limit', '200', ...args], { cwd: folder })

describe('async-patterns demo', () => {
  test('needs no file: takes all records of the three shops into demo-out/, and prints the table', async () => {
    const { code, stdout } = await demo('--log-level', 'silent')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^source +status +pages/)
    expect(stdout).toContain(join('demo-out', 'summary.json'))
    const summary = JSON.parse(await readFile(join(folder, 'demo-out', 'summary.json'), 'utf8')) as Summary
    expect(summary.sources.map(({ name, status, retries }) => ({ name, status, retries }))).toEqual(
      ['northwind', 'kaufhaus', 'mercado'].map(name => ({ name, status: 'complete', retries: 2 })),
    )
  })

  test('starts over each time, in the folder that it is given', async () => {
    for (let time = 0; time < 2; time += 1) {
      const { code, stdout } = await demo('--output', join(folder, 'mine'), '--json', '--quiet')
      expect(code).toBe(0)
      const { totals } = JSON.parse(stdout) as Summary
      expect([totals.pages, totals.requests]).toEqual([75, 81])
    }
  }, 60_000)

  test.each(['{"sources":[{"name":"books"}]}', 'not JSON'])(
    'puts no other results aside: %s',
    async summary => {
      await writeFile(join(folder, 'summary.json'), summary)
      const { code, stderr } = await demo('--output', folder, '--quiet')
      expect(code).toBe(2)
      expect(stderr).toContain(`error: ${folder} holds the results of another pipeline; give --output`)
      expect(await readFile(join(folder, 'summary.json'), 'utf8')).toBe(summary)
    },
  )

  test('a pipeline whose source has the name of a shop keeps its ledger, whatever is demonstrated', async () => {
    await using shops = await startShops({ pages: 1 })
    await writeFile(join(folder, 'pipeline.yaml'), PIPELINE)
    const env = { ...process.env, NORTHWIND_URL: shops.urls.northwind }
    const acquire = (...args: string[]) =>
      run(process.execPath, [main, 'acquire', '--quiet', ...args], { cwd: folder, env })
    expect((await acquire()).code).toBe(0)
    const before = await readFile(join(folder, 'out', 'acquire.db'))
    for (let time = 0; time < 2; time += 1) {
      expect((await demo('--quiet')).code).toBe(0)
      expect(await demo('--quiet', '--output', 'out')).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/^error: out holds the results of another pipeline; give --output/),
      })
    }
    expect(await readFile(join(folder, 'out', 'acquire.db'))).toEqual(before)
    // Not even where a demo was first: what came to stay is the user's.
    expect((await acquire('--output', 'demo-out')).stderr).toContain('belongs to the pipeline shops')
    expect((await acquire('--output', 'demo-out', '--fresh')).code).toBe(0)
    expect((await demo('--quiet')).code).toBe(2)
  }, 60_000)

  test('the ledger of a run that was killed stays, though no summary tells of it', async () => {
    await writeFile(join(folder, 'acquire.db'), 'half a run')
    for (let time = 0; time < 2; time += 1) {
      expect((await demo('--output', folder, '--quiet')).code).toBe(2)
    }
    expect(await readFile(join(folder, 'acquire.db'), 'utf8')).toBe('half a run')
  })

  test('acquire of other sources into what a demo has left says so in a few words', async () => {
    await using shops = await startShops({ pages: 1 })
    await writeFile(join(folder, 'pipeline.yaml'), PIPELINE.replace('northwind', 'products'))
    expect((await demo('--quiet')).code).toBe(0)
    const env = { ...process.env, NORTHWIND_URL: shops.urls.northwind }
    const { code, stderr } = await run(
      process.execPath,
      [main, 'acquire', '--quiet', '--output', 'demo-out'],
      { cwd: folder, env },
    )
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /^error: demo-out.acquire\.db belongs to the pipeline shops, and this one is pipeline\. Choose another output folder/,
    )
  })

  // What was printed is whole only when the shops, which share standard error, have ended.
  test('a wrong value ends with 2, and the shops end too', async () => {
    const { code, stderr } = await demo('--timeout', 'soon')
    expect([code, stderr]).toEqual([2, expect.stringContaining('--timeout')])
  })
})
