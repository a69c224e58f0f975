import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { acquire } from '../../src/acquisition/acquire.js'
import { deliver } from '../../src/acquisition/deliver.js'
import { parseConfig } from '../../src/acquisition/configuration/load-config.js'
import { outputFolder } from '../support/acquire-rig.js'
import { ledgerWith, onePage, pipelineWith } from '../support/delivering.js'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

async function command(folder: string, ...args: string[]) {
  const child = spawn(process.execPath, [main, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr }
}

const configIn = (folder: string, yaml: string) =>
  parseConfig(yaml, 'p.yaml', { flags: { output: join(folder, 'out') } }).config

describe('sinks of a pipeline', () => {
  test('a run delivers to all of them, the next one what is new, and the summary says how much', async () => {
    await using folder = await outputFolder()
    const config = configIn(folder.path, pipelineWith('  - type: jsonl\n  - type: sqlite'))
    const first = await acquire(config, { transport: onePage(3) })
    expect(first.sinks).toMatchObject([
      { name: 'jsonl', status: 'delivered', records: 3 },
      { name: 'sqlite', status: 'delivered', records: 3 },
    ])
    const second = await acquire(config, { transport: onePage(5) })
    expect(second.sinks?.map(({ records }) => records)).toEqual([2, 2])
    const place = join(folder.path, 'out', 'jsonl', 'items')
    const [, newer = ''] = (await readdir(place)).toSorted()
    expect(await readFile(join(place, newer), 'utf8')).toBe(
      '{"_record_id":"4","id":4,"name":"item 4"}\n{"_record_id":"5","id":5,"name":"item 5"}\n',
    )
  })

  test('a sink that cannot be written to fails by itself, and deliver brings it up to date', async () => {
    await using folder = await outputFolder()
    const place = join(folder.path, 'there')
    await writeFile(place, 'a file where a folder should be')
    const yaml = pipelineWith(`  - { type: jsonl, path: '${place}/{position}.jsonl' }\n  - type: csv`)
    const config = configIn(folder.path, yaml)
    const summary = await acquire(config, { transport: onePage(2) })
    expect(summary.run.status).toBe('complete')
    expect(summary.sinks?.map(({ status }) => status)).toEqual(['failed', 'delivered'])
    expect(summary.sinks?.[0]?.error).toContain('its folder is not a folder')
    await rm(place)
    expect(await deliver(config)).toMatchObject([
      { name: 'jsonl', status: 'delivered', records: 2 },
      { name: 'csv', status: 'delivered', records: 0 },
    ])
    expect(existsSync(join(place, '000000000001.jsonl'))).toBe(true)
  })

  test('deliver says which sink there is not, that there is none, and that no run has begun', async () => {
    await using folder = await outputFolder()
    const config = configIn(folder.path, pipelineWith('  - type: jsonl'))
    await expect(deliver(config, { sinks: ['csv'] })).rejects.toThrow(
      'there is no sink "csv"; allowed are jsonl',
    )
    await expect(deliver({ ...config, sinks: [] })).rejects.toThrow('the pipeline has no sinks')
    await expect(deliver(config)).rejects.toThrow('no run has begun in its folder')
  })

  test('an interrupted run leaves the delivery to the next one', async () => {
    await using folder = await outputFolder()
    const config = configIn(folder.path, pipelineWith('  - type: jsonl'))
    const summary = await acquire(config, { transport: onePage(2), signal: AbortSignal.abort() })
    expect(summary.sinks).toEqual([{ name: 'jsonl', status: 'left', records: 0, deleted: 0, error: null }])
    const next = await acquire(config, { transport: onePage(2) })
    expect(next.sinks).toMatchObject([{ status: 'delivered', records: 2 }])
  })
})

describe('async-patterns acquire deliver', () => {
  test('delivers, shows what it did, and ends with 0; where a sink fails with 1', async () => {
    await using folder = await outputFolder()
    await ledgerWith(folder.path, pipelineWith('  - type: csv'), onePage(2))
    const done = await command(folder.path, 'acquire', 'deliver')
    expect([done.code, done.stdout, done.stderr]).toEqual([0, 'sink      csv: 2 records\n', ''])
    const again = await command(folder.path, 'acquire', 'deliver', '--json')
    expect(JSON.parse(again.stdout)).toMatchObject([{ name: 'csv', status: 'delivered', records: 0 }])
    await rm(join(folder.path, 'out', 'csv'), { recursive: true })
    await writeFile(join(folder.path, 'out', 'csv'), '')
    const failed = await command(folder.path, 'acquire', 'deliver')
    expect(failed.code).toBe(1)
    expect(failed.stdout).toContain('csv: failed: ')
    const wrong = await command(folder.path, 'acquire', 'deliver', '--sink', 'cvs')
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('there is no sink "cvs"')])
  })

  test('standard output has the records alone where a sink writes to it', async () => {
    await using folder = await outputFolder()
    await ledgerWith(folder.path, pipelineWith('  - { type: stdout, format: singer }'), onePage(2))
    const { code, stdout, stderr } = await command(folder.path, 'acquire', 'deliver')
    expect(code).toBe(0)
    const messages = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>)
    expect(messages.map(({ type }) => type)).toEqual(['SCHEMA', 'RECORD', 'RECORD', 'STATE'])
    expect(messages[0]).toMatchObject({
      stream: 'items',
      key_properties: ['_record_id'],
      schema: { properties: { name: { type: ['null', 'string'] } } },
    })
    expect(messages[3]).toMatchObject({ value: { bookmarks: { items: { position: 2 } } } })
    expect(stderr).toBe('sink      stdout: 2 records\n')
  })

  test('whoever reads no further makes it fail, and what was not read comes again', async () => {
    await using folder = await outputFolder()
    await ledgerWith(folder.path, pipelineWith('  - type: stdout'), onePage(20_000))
    const child = spawn(process.execPath, [main, 'acquire', 'deliver'], {
      cwd: folder.path,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const closed = once(child, 'close')
    await once(child.stdout, 'data')
    child.stdout.destroy()
    expect((await closed)[0]).not.toBe(0)
    const { code, stdout } = await command(folder.path, 'acquire', 'deliver')
    expect(code).toBe(0)
    const ids = stdout
      .trimEnd()
      .split('\n')
      .map(line => (JSON.parse(line) as { id: number }).id)
    expect(ids.at(-1)).toBe(20_000)
    expect(ids.length).toBeGreaterThan(10_000)
    await mkdir(folder.path, { recursive: true })
  })
})
