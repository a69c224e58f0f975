import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Manifest } from '../../../src/acquisition/sinks/files/manifest.js'
import { outputFolder } from '../../support/acquire-rig.js'

describe('the manifest of delivered files', () => {
  let folder: Awaited<ReturnType<typeof outputFolder>>
  let file: string
  beforeEach(async () => {
    folder = await outputFolder()
    file = join(folder.path, 'mine.manifest.json')
  })
  afterEach(() => folder[Symbol.asyncDispose]())

  const place = (name: string) => join(folder.path, name)
  const delivered = (...paths: string[]) => ({
    ledger: 'one',
    ledgers: 1,
    position: 7,
    files: paths.map(path => ({ path, records: 1, bytes: 1, sha256: 'x' })),
  })

  test('files take their places when all are whole, and those before are gone', () => {
    const first = new Manifest(file, 'mine')
    writeFileSync(first.begin(place('a')), 'old')
    first.commit('s', delivered('a'))
    const manifest = new Manifest(file, 'mine')
    writeFileSync(manifest.begin(place('b')), 'new')
    writeFileSync(manifest.begin(place('c')), 'newer')
    expect([existsSync(place('a')), existsSync(place('b'))]).toEqual([true, false])
    manifest.commit('s', delivered('b', 'c'))
    expect(['a', 'b', 'c'].map(name => existsSync(place(name)))).toEqual([false, true, true])
    expect(new Manifest(file, 'mine').stream('s')).toEqual(delivered('b', 'c'))
  })

  test('what a process that was killed had begun is taken away', () => {
    const killed = new Manifest(file, 'mine')
    writeFileSync(killed.begin(place('a')), 'half')
    expect(existsSync(place('a.part'))).toBe(true)
    expect(new Manifest(file, 'mine').stream('s')).toBeUndefined()
    expect(['a', 'a.part'].map(name => existsSync(place(name)))).toEqual([false, false])
  })

  test('what it had decided is finished, wherever it was killed', () => {
    const pending = { isWhole: true, made: ['a', 'b'], gone: ['old'] }
    const content = {
      kind: 'delivered-files',
      version: 1,
      sink: 'mine',
      streams: { s: delivered('a', 'b') },
      pending,
    }
    writeFileSync(file, JSON.stringify(content))
    writeFileSync(place('a'), 'in its place already')
    writeFileSync(place('b.part'), 'not yet')
    writeFileSync(place('old'), 'of no use')
    expect(new Manifest(file, 'mine').stream('s')).toEqual(delivered('a', 'b'))
    expect(readFileSync(place('b'), 'utf8')).toBe('not yet')
    expect(['a', 'old', 'b.part'].map(name => existsSync(place(name)))).toEqual([true, false, false])
    expect(JSON.parse(readFileSync(file, 'utf8'))).not.toHaveProperty('pending')
  })

  test.each([
    ['{', 'cannot be read'],
    ['{"kind":"other"}', 'is no list of delivered files'],
    ['{"kind":"delivered-files","streams":{},"version":2,"sink":"mine"}', 'is of version 2'],
    ['{"kind":"delivered-files","streams":{},"version":1,"sink":"other"}', 'and the sink other'],
  ])('%s is refused, with what to do', (text, problem) => {
    writeFileSync(file, text)
    expect(() => new Manifest(file, 'mine')).toThrow(problem)
    expect(() => new Manifest(file, 'mine')).toThrow('move it away, and all is delivered again')
  })

  test('where it cannot be written, that is said', () => {
    mkdirSync(file)
    expect(() => new Manifest(file, 'mine')).toThrow(file)
  })
})
