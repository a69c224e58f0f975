import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { repository } from '../support/markdown.js'
import { run } from '../support/run.js'

const FILES = [
  'package.json',
  'package-lock.json',
  'bench/package.json',
  'bench/package-lock.json',
  ...['patterns', 'http'].flatMap(name => [`packages/${name}/package.json`, `packages/${name}/CHANGELOG.md`]),
]

const CHANGELOG = `# Changelog

## Unreleased

### Added

- \`async-patterns\`: a pattern.
  - with a detail
- \`@async-patterns/http\`: a command.
- Tests: twice as fast.

### Changed

- \`async-patterns\`, \`@async-patterns/http\`: a name.

## 0.0.1 (2025-01-01)

- old
`

let copy: string

beforeEach(async () => {
  copy = await mkdtemp(join(tmpdir(), 'release-'))
  for (const file of FILES) await cp(join(repository, file), join(copy, file))
  await writeFile(join(copy, 'CHANGELOG.md'), CHANGELOG)
})

afterEach(() => rm(copy, { recursive: true, force: true }))

const release = (...args: string[]) =>
  run(process.execPath, [join(repository, 'scripts/release.mjs'), ...args], { cwd: copy })
const read = (file: string): Promise<string> => readFile(join(copy, file), 'utf8')
/** Without the part that dates the release. */
const sections = async (file: string): Promise<string> =>
  (await read(file)).replace(/\(\d{4}-\d\d-\d\d\)/, '(today)')

test('a release gives both packages the version, and each its own notes', async () => {
  const { code, stdout, stderr } = await release('9.1.0')
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toContain('git tag v9.1.0')
  const http = JSON.parse(await read('packages/http/package.json')) as Record<string, unknown>
  expect(http).toMatchObject({ version: '9.1.0', dependencies: { 'async-patterns': '9.1.0' } })
  const { packages } = JSON.parse(await read('package-lock.json')) as { packages: Record<string, object> }
  expect(packages['packages/patterns']).toMatchObject({ version: '9.1.0' })
  expect(packages['packages/http']).toMatchObject({ dependencies: { 'async-patterns': '9.1.0' } })
  expect(await read('bench/package-lock.json')).toContain('"async-patterns": "9.1.0"')
  expect(await sections('CHANGELOG.md')).toBe(
    CHANGELOG.replace('## Unreleased\n', '## Unreleased\n\n## 9.1.0 (today)\n'),
  )
  expect(await sections('packages/patterns/CHANGELOG.md')).toContain(
    '## 9.1.0 (today)\n\n### Added\n\n- `async-patterns`: a pattern.\n  - with a detail\n\n### Changed\n\n- `async-pat',
  )
  const own = await sections('packages/http/CHANGELOG.md')
  expect(own).toContain('### Added\n\n- `@async-patterns/http`: a command.\n\n### Changed\n')
  expect(own).not.toContain('Tests')
}, 60_000)

test('a second release stands before the first; without notes of its own a package says so', async () => {
  await release('9.1.0')
  await writeFile(join(copy, 'CHANGELOG.md'), '## Unreleased\n\n### Fixed\n\n- `async-patterns`: a fault.\n')
  expect((await release('9.2.0')).code).toBe(0)
  const own = await sections('packages/http/CHANGELOG.md')
  expect(own.match(/^## \S+/gm)).toEqual(['## 9.2.0', '## 9.1.0'])
  expect(own).toContain('No change of its own.')
}, 60_000)

test.each([
  [['next'], CHANGELOG, '"next" is no version'],
  [[], CHANGELOG, 'give one such as 0.2.0'],
  [['9.1.0'], '# Changelog\n\n## Unreleased\n\n## 0.0.1\n\n- old\n', 'nothing under "## Unreleased"'],
])('%j is refused before anything is written', async (args, changelog, message) => {
  await writeFile(join(copy, 'CHANGELOG.md'), changelog)
  const { code, stderr } = await release(...args)
  expect(code).not.toBe(0)
  expect(stderr).toContain(message)
  expect(await read('packages/http/package.json')).toBe(
    await readFile(join(repository, 'packages/http/package.json'), 'utf8'),
  )
})
