import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repository } from '../support/markdown.js'
import { run } from '../support/run.js'

test('the table of pagination kinds says what the kinds say', async () => {
  const script = join(repository, 'scripts/docs/kind-tables.mjs')
  const { code, stdout, stderr } = await run(process.execPath, [script, '--check'])
  expect(stdout + stderr, 'run make docs').toBe('')
  expect(code).toBe(0)
})
