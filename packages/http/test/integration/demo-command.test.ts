import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Summary } from '../../src/acquisition/index.js'
import { run } from '../support/run.js'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'demo-'))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

/** In an empty working directory of its own. */
const demo = (...args: string[]) =>
  run(process.execPath, [main, 'demo', '--rate-limit', '200', ...args], { cwd: folder })

describe('async-patterns demo', () => {
  test('needs no file: takes all records of the three shops into out/, and prints the table', async () => {
    const { code, stdout } = await demo('--log-level', 'silent')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^source +status +pages/)
    expect(stdout).toContain(join('out', 'summary.json'))
    const summary = JSON.parse(await readFile(join(folder, 'out', 'summary.json'), 'utf8')) as Summary
    expect(summary.sources.map(({ name, status, retries }) => ({ name, status, retries }))).toEqual(
      ['northwind', 'kaufhaus', 'mercado'].map(name => ({ name, status: 'complete', retries: 2 })),
    )
  })

  test('begins anew each time, in the folder that it is given', async () => {
    for (let time = 0; time < 2; time += 1) {
      const { code, stdout } = await demo('--output', join(folder, 'mine'), '--json', '--quiet')
      expect(code).toBe(0)
      const { totals } = JSON.parse(stdout) as Summary
      expect([totals.pages, totals.requests]).toEqual([75, 81])
    }
  })

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

  // What was printed is whole only when the shops, which share standard error, have ended.
  test('a wrong value ends with 2, and the shops end too', async () => {
    const { code, stderr } = await demo('--timeout', 'soon')
    expect([code, stderr]).toEqual([2, expect.stringContaining('--timeout')])
  })
})
