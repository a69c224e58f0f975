import { existsSync, lstatSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WholeFile, WriterError } from '../../src/persistence/index.js'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'whole-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('leaves what was there until it is written, and nothing beside it', async () => {
  const path = join(folder, 'a', 'b', 'report')
  {
    using file = new WholeFile(path)
    file.write('one')
  }
  using file = new WholeFile(path)
  expect(await readFile(path, 'utf8')).toBe('one')
  file.write('two')
  expect(await readFile(path, 'utf8')).toBe('two')
  expect(await readdir(join(folder, 'a', 'b'))).toEqual(['report'])
})

test('leaves nothing when it was not written', async () => {
  new WholeFile(join(folder, 'report'))[Symbol.dispose]()
  expect(await readdir(folder)).toEqual([])
})

test('A-16 says when it is opened that it cannot be written', async () => {
  expect(() => new WholeFile(folder)).toThrow(/it is a folder/)
  await writeFile(join(folder, 'plain'), '')
  expect(() => new WholeFile(join(folder, 'plain', 'report'))).toThrow(/its folder is not a folder/)
})

test('A-16 tells with a WriterError that its folder has gone, and leaves no half of it', async () => {
  const inner = join(folder, 'inner')
  await mkdir(inner)
  using file = new WholeFile(join(inner, 'report'))
  await rm(inner, { recursive: true })
  expect(() => file.write('one')).toThrow(WriterError)
})

test('replaces what a link points to, not the link', async () => {
  await writeFile(join(folder, 'real'), 'old')
  await symlink(join(folder, 'real'), join(folder, 'link'))
  using file = new WholeFile(join(folder, 'link'))
  file.write('new')
  expect(await readFile(join(folder, 'real'), 'utf8')).toBe('new')
  expect(lstatSync(join(folder, 'link')).isSymbolicLink()).toBe(true)
})

test.runIf(existsSync('/dev/null'))('writes to a device, and does not replace it', () => {
  using file = new WholeFile('/dev/null')
  file.write('gone')
  expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true)
  expect(existsSync('/dev/null.tmp')).toBe(false)
})
