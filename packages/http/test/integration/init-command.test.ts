import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { manifestOf, streamOf } from '../acquisition/configuration/import/manifest-of.js'
import { run } from '../support/run.js'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

describe('async-patterns init', () => {
  let folder = ''
  const init = (...args: string[]) => run(process.execPath, [main, 'init', ...args], { cwd: folder })
  const custom = {
    ...streamOf({ name: 'odd' }),
    retriever: { type: 'CustomRetriever', class_name: 'source_acme.Odd' },
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'init-'))
    await mkdir(join(folder, 'source-acme'))
    await writeFile(join(folder, 'source-acme/manifest.yaml'), manifestOf([streamOf(), custom]))
    await writeFile(join(folder, 'custom.yaml'), manifestOf([custom]))
  })
  afterEach(() => rm(folder, { recursive: true }))

  test('writes the pipeline, and tells what it left out', async () => {
    await writeFile(join(folder, 'source-acme/metadata.yaml'), 'data:\n  supportLevel: certified\n')
    const { code, stdout } = await init('source-acme/manifest.yaml')
    expect(code).toBe(0)
    expect(stdout).toContain('1 of 2 streams converted (a certified connector)')
    expect(stdout).toMatch(/odd +\d+ +custom component: retriever source_acme\.Odd/)
    const written = await readFile(join(folder, 'pipeline.yaml'), 'utf8')
    expect(written).toContain('- name: acme\n')
    expect(written).toContain('.hooks.mjs beside this file')
    expect(await readFile(join(folder, 'pipeline.hooks.mjs'), 'utf8')).toContain('hooks.extract of odd')
  })

  test('overwrites nothing without --force', async () => {
    await writeFile(join(folder, 'there.yaml'), 'mine')
    const { code, stderr } = await init('source-acme/manifest.yaml', '-o', 'there.yaml')
    expect([code, stderr]).toEqual([2, 'error: there.yaml is there already; --force overwrites it\n'])
    expect(await readFile(join(folder, 'there.yaml'), 'utf8')).toBe('mine')
    expect((await init('source-acme/manifest.yaml', '-o', 'there.yaml', '--force')).code).toBe(0)
  })

  test('ends with 1 where nothing could be converted, and writes stubs alone', async () => {
    const { code, stdout } = await init('custom.yaml')
    expect(code).toBe(1)
    expect(stdout).toContain('No pipeline was written.')
    expect(stdout).toContain('Written: pipeline.hooks.mjs')
    await expect(readFile(join(folder, 'pipeline.yaml'))).rejects.toThrow('ENOENT')
  })

  test.each([
    [['nothing.yaml'], 'nothing.yaml cannot be read'],
    [['custom.yaml', '--set', 'password'], '--set needs the form setting=value'],
    [['custom.yaml', '--set', 'pasword=hidden'], '--set pasword: the manifest has no such setting'],
    [['plain.yaml'], 'plain.yaml is no manifest of a declarative source'],
    [['broken.yaml'], 'broken.yaml:3: it is not YAML'],
  ])('%j ends with 2', async (args, message) => {
    await writeFile(join(folder, 'plain.yaml'), 'sources: []\n')
    await writeFile(join(folder, 'broken.yaml'), 'a: 1\nb: [\n')
    const { code, stdout, stderr } = await init(...args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('hidden')
  })
})
