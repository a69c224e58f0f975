import { readdirSync, statSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { summaryFile } from '../../src/acquisition/sinks/run-files/summary-file.js'
import type { EndedRun } from '../../src/acquisition/sinks/run-files/results.js'
import {
  JsonlWriter,
  removeTemporaries,
  SqliteWriter,
  temporaryBeside,
  WholeFile,
} from '../../src/persistence/index.js'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'private-'))
  file = join(folder, 'results')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const summary = async (text: string): Promise<void> => {
  const paths = { ledger: '', rejected: '', summary: file }
  await summaryFile(paths, { summary: { text } } as unknown as EndedRun)
}

test.each([
  [
    'WholeFile',
    async () => {
      using whole = new WholeFile(file)
      whole.write('x')
    },
  ],
  ['JsonlWriter', () => new JsonlWriter({ file, mode: 'overwrite' }).close()],
  ['SqliteWriter', () => new SqliteWriter({ file, mode: 'overwrite' }).close()],
  ['the summary', () => summary('x')],
])('N-28 what %s leaves is for its owner only, also where a file was there', async (_, write) => {
  await write()
  expect(statSync(file).mode & 0o777).toBe(0o600)
  await chmod(file, 0o644)
  await write()
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readdirSync(folder)).toEqual(['results'])
})

test.each([
  [
    'WholeFile',
    async () => {
      using whole = new WholeFile(file)
      whole.write('x')
    },
  ],
  ['the summary', () => summary('x')],
])('N-29 %s follows no link that somebody has laid beside its place', async (_, write) => {
  const victim = join(folder, 'victim')
  await writeFile(victim, 'precious')
  for (const name of ['tmp', 'part', 'next']) await symlink(victim, `${file}.${name}`)
  await write()
  expect(await readFile(victim, 'utf8')).toBe('precious')
  expect(temporaryBeside(file)).not.toBe(temporaryBeside(file))
})

test('N-29 what a killed process left under such a name is removed, and nothing else', async () => {
  const names = [
    'results.0123456789abcdef.tmp',
    'results.tmp',
    'results.mine.tmp',
    'other.0123456789abcdef.tmp',
  ]
  for (const name of names) await writeFile(join(folder, name), '')
  removeTemporaries(file)
  expect(readdirSync(folder).sort()).toEqual(names.slice(1).sort())
})

test('N-29 a summary holds what a terminal would obey as escapes', async () => {
  await summary('\u009b31m\u202e')
  const text = await readFile(file, 'utf8')
  expect(text).toContain('"\\u009b31m\\u202e"')
  expect(JSON.parse(text)).toEqual({ text: '\u009b31m\u202e' })
})

test.each([
  ['JsonlWriter', () => new JsonlWriter({ file, mode: 'overwrite' })],
  ['SqliteWriter', () => new SqliteWriter({ file, mode: 'overwrite' })],
])('N-10 a file that is taken away from a %s is told when it is closed', async (_, open) => {
  const writer = open()
  await rm(file)
  await writeFile(file, '')
  await expect(writer.close()).rejects.toThrow(
    `${file}: it was removed, renamed or replaced while it was written`,
  )
})
