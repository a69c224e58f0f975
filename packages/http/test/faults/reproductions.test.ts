import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { succeed } from '../support/run.js'

const folder = fileURLToPath(new URL('./reproductions/', import.meta.url))
const files = readdirSync(folder).filter(name => /^\d/.test(name))

test.each(files)(
  'N-6 %s prints PASS for each of its inputs',
  async name => {
    const told = await succeed(process.execPath, [folder + name])
    expect(told.match(/^(?:PASS|FAIL) .*$/gm)?.filter(line => !line.startsWith('PASS'))).toEqual([])
  },
  60_000,
)
