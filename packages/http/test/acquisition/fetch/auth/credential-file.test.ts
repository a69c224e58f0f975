import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CredentialFile } from '../../../../src/acquisition/fetch/auth/credential-file.js'
import { outputFolder } from '../../../support/acquire-rig.js'

const NAME = 'acquire.credentials.json'

test('what was kept is there for the next process, for its owner only', async () => {
  await using folder = await outputFolder()
  const first = new CredentialFile(join(folder.path, 'new'))
  first.check()
  expect(readdirSync(join(folder.path, 'new'))).toEqual([])
  expect(first.get('a')).toBeUndefined()
  first.set('a', 'token-1')
  first.set('b', 'token-2')
  first.set('a', 'token-3')
  const file = join(folder.path, 'new', NAME)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readdirSync(join(folder.path, 'new'))).toEqual([NAME])
  const second = new CredentialFile(join(folder.path, 'new'))
  expect([second.get('a'), second.get('b'), second.get('c')]).toEqual(['token-3', 'token-2', undefined])
})

test('setting without getting before loses nothing', async () => {
  await using folder = await outputFolder()
  new CredentialFile(folder.path).set('a', 'token-1')
  new CredentialFile(folder.path).set('b', 'token-2')
  expect(new CredentialFile(folder.path).get('a')).toBe('token-1')
})

test('what a killed process has left beside it is removed', async () => {
  await using folder = await outputFolder()
  writeFileSync(join(folder.path, `${NAME}.0123456789abcdef.tmp`), 'a secret')
  new CredentialFile(folder.path).set('a', 'token-1')
  expect(readdirSync(folder.path)).toEqual([NAME])
})

test.each(['{"refreshTokens": ["a', 'null', ''])(
  'a damaged file is named, not shown and not replaced: %j',
  async text => {
    await using folder = await outputFolder()
    const file = join(folder.path, NAME)
    writeFileSync(file, text)
    const damaged = new CredentialFile(folder.path)
    expect(() => damaged.get('a')).toThrow(`${file} cannot be read (it is no JSON of ours)`)
    expect(() => damaged.set('a', 'token')).toThrow('cannot be read')
    expect(readFileSync(file, 'utf8')).toBe(text)
  },
)

test('a folder that takes nothing is told before anything is given up', async () => {
  await using folder = await outputFolder()
  writeFileSync(join(folder.path, 'file'), '')
  expect(() => new CredentialFile(join(folder.path, 'file')).check()).toThrow(NAME)
})
