import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { Truth } from '../../src/mock/index.js'
import { outputFolder } from '../support/acquire-rig.js'
import { differences } from '../support/api-rig.js'
import { run } from '../support/run.js'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

const PIPELINE = `# what we take
sources:
  - name: acme # the API
    baseUrl: https://api.acme.example/v2
    path: /projects
    auth: { type: login, url: https://id.acme.example/login, token: { header: x-session } }
    records: items
    id: id
    limits: { rate: 200 }
    pagination: { type: page, pageSize: 10 }
`

test('mock api serves a file, and acquire takes its copy', async () => {
  await using folder = await outputFolder()
  const [file, copy] = ['acme.yaml', 'mocked.yaml'].map(name => join(folder.path, name)) as [string, string]
  await writeFile(file, PIPELINE)
  const flags = ['--port', '0', '--write', copy, '--records', '23', '--gzip']
  const child = spawn(process.execPath, [main, 'mock', 'api', file, ...flags], { cwd: folder.path })
  try {
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
    const { urls } = JSON.parse(line) as { urls: { acme: string } }
    const written = await readFile(copy, 'utf8')
    expect(written).toContain(`baseUrl: ${urls.acme}`)
    expect(written).toContain(`url: ${urls.acme}/-/login`)
    expect(written).toContain('# the API')
    expect(written).toContain('output: out-mock')
    const output = join(folder.path, 'out')
    const acquired = await run(process.execPath, [main, 'acquire', copy, '--output', output, '--quiet'])
    expect(acquired.code, acquired.stderr).toBe(0)
    const truth = (await (await fetch(`${new URL(urls.acme).origin}/__truth`)).json()) as Truth
    expect(truth.streams['acme']?.count).toBe(23)
    expect(differences(truth, output)).toEqual([])
  } finally {
    child.kill('SIGTERM')
  }
})

test('a file that cannot be served, and one that would be written over, are told of', async () => {
  await using folder = await outputFolder()
  const file = join(folder.path, 'acme.yaml')
  await writeFile(file, PIPELINE.replace('records: items', 'recrods: items'))
  const bad = await run(process.execPath, [main, 'mock', 'api', file, '--port', '0'])
  expect(bad.code).toBe(2)
  expect(bad.stderr).toContain('recrods')
  await writeFile(file, PIPELINE.replace('page, pageSize: 10', "cursor, cursorPath: { expr: 'a + 1' }"))
  const computed = await run(process.execPath, [main, 'mock', 'api', file, '--port', '0'])
  expect(computed.code).toBe(2)
  expect(computed.stderr).toContain('acme: pagination.cursorPath is what an expression makes of a page')
  await writeFile(file, PIPELINE)
  const same = await run(process.execPath, [main, 'mock', 'api', file, '--port', '0', '--write', file])
  expect(same.code).toBe(2)
  expect(same.stderr).toContain('the pipeline file itself')
})
