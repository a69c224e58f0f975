import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repository } from '../support/markdown.js'
import { run } from '../support/run.js'

test('the tables of keys say what the loader checks', async () => {
  const script = join(repository, 'scripts/docs/kind-tables.mjs')
  const { code, stdout, stderr } = await run(process.execPath, [script, '--check'])
  expect(stdout + stderr, 'run make docs').toBe('')
  expect(code).toBe(0)
})

test('the table of all keys says of each where it is explained', () => {
  const page = readFileSync(join(repository, 'docs/pipeline.md'), 'utf8')
  const table = page.slice(page.indexOf('| key of a source or stream |'))
  const rows = [...table.matchAll(/^\| `(\w+)` \|.*\| ([^|]*) \|$/gm)]
  expect(rows.length).toBeGreaterThan(30)
  const lost = rows.filter(([, , guide = '']) => !guide.includes('](')).map(([, key]) => key)
  expect(lost, 'GUIDES in scripts/docs/kind-tables.mjs').toEqual(['name'])
})
