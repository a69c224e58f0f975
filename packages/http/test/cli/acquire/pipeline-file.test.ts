import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { pipelineFile } from '../../../src/cli/acquire/pipeline-file.js'
import { UsageError } from '../../../src/cli/usage-error.js'

const before = process.cwd()
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pipeline-file-'))
  process.chdir(folder)
})

afterEach(async () => {
  process.chdir(before)
  await rm(folder, { recursive: true, force: true })
})

const write = (name: string): Promise<void> => writeFile(join(folder, name), '')

function refusal(given?: string): string {
  try {
    return `taken: ${pipelineFile(given, ['schema', 'status'])}`
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    return (error as Error).message
  }
}

describe('without a file', () => {
  test('pipeline.yaml, then config.yaml', async () => {
    await write('config.yaml')
    expect(pipelineFile(undefined, [])).toBe('config.yaml')
    await write('pipeline.yaml')
    expect(pipelineFile(undefined, [])).toBe('pipeline.yaml')
  })

  test('when neither is there, the refusal names both and the remedies', () => {
    const message = refusal()
    expect(message).toContain('no pipeline.yaml and no config.yaml')
    expect(message).toContain('async-patterns demo')
    expect(message).toContain('docs/pipeline.md')
    for (const line of message.split('\n')) expect(line.length).toBeLessThan(90)
  })
})

describe('with a file', () => {
  test('one that exists is taken, whatever its name', async () => {
    await write('status')
    expect(pipelineFile('status', ['status'])).toBe('status')
  })

  test('a word that is no file: the subcommand or file that was meant', async () => {
    await write('shops.yml')
    expect(refusal('statsu')).toMatch(/no subcommand "statsu".*; did you mean "status"\?$/)
    expect(refusal('frobnicate')).toMatch(/no subcommand "frobnicate".*; run with --help/)
  })

  test('the name of a pipeline without its ending', async () => {
    await write('pipeline.yaml')
    expect(refusal('pipeline')).toMatch(/did you mean "pipeline\.yaml"\?$/)
  })

  test('a path that is no file: the file that was meant', async () => {
    await write('shops.yaml')
    expect(refusal('shop.yaml')).toBe('there is no file shop.yaml; did you mean "shops.yaml"?')
    expect(refusal(join(folder, 'shosp.yaml'))).toContain(`did you mean "${join(folder, 'shops.yaml')}"?`)
    expect(refusal('nowhere/shops.yaml')).toBe('there is no file nowhere/shops.yaml')
  })
})
