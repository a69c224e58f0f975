import { writeFile, mkdtemp, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../../../src/acquisition/configuration/load-config.js'
import { load, minimal, problems } from './config-rig.js'

const aliases = (count: number): string => `x: &a [1]\nz: [${'*a, '.repeat(count)}]\n`
const laughs = Array.from('abcdefgh')
  .map(
    (name, at, names) =>
      `${name}: &${name} [${Array(9)
        .fill(at === 0 ? 'x' : `*${names[at - 1]}`)
        .join()}]`,
  )
  .join('\n')

test.each([
  ['5,000 aliases', aliases(5_000), 'it has more than 100 aliases (*)'],
  ['20,000 aliases', aliases(20_000), 'it has more than 100 aliases (*)'],
  [
    '3,000 merges',
    `x: &x {a: 1}\n${'- <<: *x\n'.repeat(3_000).replace(/- /g, 'k: {').replace(/\n/g, '}\n')}`,
    'Map keys must be unique',
  ],
  ['a list that holds itself', '&x [*x]', 'an alias (*) stands in what it names'],
  [
    'a mapping that holds itself',
    `${minimal}    query: &q { a: *q }\n`,
    'an alias (*) stands in what it names',
  ],
  ['a merge of itself', 'a: &a\n  <<: *a\n', 'an alias (*)'],
  ['a billion laughs', laughs, 'Excessive alias count'],
  ['100,000 brackets', '['.repeat(100_000), 'nested too deep'],
  ['300 levels', `a: ${'['.repeat(300)}${']'.repeat(300)}`, 'it is nested deeper than 100 levels'],
  ['50,000 keys', Array.from({ length: 50_000 }, (_, at) => `k${at}: 1`).join('\n'), 'k0 is an unknown key'],
  ['50,000 equal keys', 'k: 1\n'.repeat(50_000), 'Map keys must be unique'],
  ['a key that is a list', `${minimal}    query: { ? [a] : 1 }\n`, 'a key is no text'],
  ['a text of 2 MiB', `x: ${'y'.repeat(2 ** 21)}`, 'the file is larger than 1048576 bytes'],
])('N-29 %s: a mistake that is told within moments', (_, text, message) => {
  const began = performance.now()
  expect(problems(text).join('\n')).toContain(message)
  expect(performance.now() - began).toBeLessThan(10_000)
})

test('N-29 a file of a terabyte is not read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'yaml-'))
  const file = join(folder, 'huge.yaml')
  await writeFile(file, 'x: 1')
  await truncate(file, 2 ** 40)
  await expect(loadConfig(file)).rejects.toThrow('the file is larger than')
  await rm(folder, { recursive: true })
})

test.each([
  [
    'a field',
    minimal.replace('path: id }', 'path: id }, __proto__: { path: p }'),
    'sources[0].mapping.__proto__',
  ],
  ['a header', `${minimal}    headers: { __proto__: x }\n`, 'sources[0].headers.__proto__'],
  ['a parameter', `${minimal}    query: { __proto__: x }\n`, 'sources[0].query.__proto__'],
  ['a setting', `${minimal}__proto__: { workers: 3 }\n`, '__proto__'],
  ['what is merged in', `${minimal}    <<: { __proto__: { records: x } }\n`, 'sources[0].__proto__'],
])('N-29 %s named __proto__ is refused by name, never dropped', (_, text, path) => {
  expect(problems(text)[0]).toContain(`${path} has a name that cannot be used; choose another`)
})

test('N-29 constructor, toString and the like are names as any other', () => {
  const fields =
    'id: { path: id }, constructor: { path: a }, toString: { path: b }, hasOwnProperty: { path: c }'
  const text = `${minimal.replace('id: { path: id }', fields)}    headers: { constructor: x }\n    query: { valueOf: y }\n`
  const [source] = load(text).config.streams
  expect(Object.keys(source?.mapping ?? {})).toEqual(['id', 'constructor', 'toString', 'hasOwnProperty'])
  expect(JSON.stringify([source?.headers, source?.query])).toBe('[{"constructor":"x"},{"valueOf":"y"}]')
})
