import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repository } from '../support/markdown.js'

interface Locked {
  readonly version?: string
  readonly link?: boolean
  readonly integrity?: string
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly os?: readonly string[]
}

/** The packages that a lock file takes from a registry, by their place. */
function locked(file: string): [place: string, entry: Locked][] {
  const { packages } = JSON.parse(readFileSync(join(repository, file), 'utf8')) as {
    packages: Record<string, Locked>
  }
  return Object.entries(packages).filter(
    ([place, { link }]) => place.startsWith('node_modules/') && link !== true,
  )
}

const files = ['package-lock.json', 'bench/package-lock.json', 'packages/http/test/servers/package-lock.json']

test.each(files)('%s: integrity for every package', file => {
  const all = locked(file)
  expect(all.length).toBeGreaterThan(50)
  expect(all.filter(([, { integrity }]) => integrity === undefined).map(([place]) => place)).toEqual([])
})

test('npm ci works on every platform: the packages of all of them are listed', () => {
  const all = locked('package-lock.json')
  const names = new Set(all.map(([place]) => place.split('node_modules/').at(-1)))
  const wanted = all.flatMap(([, { optionalDependencies = {} }]) => Object.keys(optionalDependencies))
  expect(wanted.filter(name => !names.has(name))).toEqual([])
  const systems = new Set(all.flatMap(([, { os = [] }]) => os))
  expect([...systems]).toEqual(expect.arrayContaining(['linux', 'darwin', 'win32']))
})
