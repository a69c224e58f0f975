import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'

const folder = fileURLToPath(new URL('../../../../examples/', import.meta.url))
const names = readdirSync(folder).filter(name => name.endsWith('.ts'))

/** What an example says at its end that it prints. */
function promised(text: string): string[] {
  const [, lines = ''] = text.split('// Prints:\n')
  return lines
    .trimEnd()
    .split('\n')
    .map(line => line.replace(/^\/\/ /, ''))
}

test.each(names)('examples/%s prints what it says', async name => {
  const printed: string[] = []
  const log = vi
    .spyOn(console, 'log')
    .mockImplementation((...parts: unknown[]) => void printed.push(parts.join(' ')))
  try {
    await import(folder + name)
  } finally {
    log.mockRestore()
  }
  expect(printed).toEqual(promised(readFileSync(folder + name, 'utf8')))
})

test('every pattern has a page and an example, the page with all its parts', () => {
  const source = fileURLToPath(new URL('../../src/patterns/', import.meta.url))
  const limiters = readdirSync(`${source}rate-limiter/rates`).map(file => file.replace('.ts', '-limiter'))
  const patterns = [...readdirSync(source), ...limiters]
  const pages = fileURLToPath(new URL('../../../../docs/patterns/', import.meta.url))
  for (const pattern of [...patterns, 'compose', 'testing', 'operation-monitor', 'event-loop-monitor']) {
    expect(names).toContain(`${pattern}.ts`)
    const parts = readFileSync(`${pages}${pattern}.md`, 'utf8').match(/^#+ .+$/gm)
    expect(parts?.slice(1), pattern).toEqual([
      '## Usage',
      '## Options',
      '## Events',
      '## Composition',
      '## Pitfalls',
    ])
  }
})

test('the tables of options say what the docstrings say', () => {
  const script = fileURLToPath(new URL('../../../../scripts/docs/option-tables.mjs', import.meta.url))
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' })
  expect(stdout + stderr, 'run make docs').toBe('')
  expect(status).toBe(0)
})

test('every option of a policy is in a table', () => {
  const root = fileURLToPath(new URL('../../src/', import.meta.url))
  const exported = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts') && !name.startsWith('testing/conformance'))
    .flatMap(name => [
      ...readFileSync(root + name, 'utf8').matchAll(/^export interface (\w+(?:Options|Config))\b/gm),
    ])
    .map(match => match[1] as string)
  const folder = fileURLToPath(new URL('../../../../docs/patterns/', import.meta.url))
  const pages = readdirSync(folder)
    .map(name => readFileSync(folder + name, 'utf8'))
    .join('')
  const elsewhere = new Set([
    'ChildOptions',
    'RejectionOptions',
    'AsyncPatternsErrorOptions',
    'HistogramOptions',
    'IdleResourcesOptions',
  ])
  expect(
    exported.filter(name => !elsewhere.has(name) && !pages.includes(`<!-- options: ${name} -->`)),
  ).toEqual([])
})

test('every test that docs/cases.md names is there, and every case that is owed has one', () => {
  const docs = fileURLToPath(new URL('../../../../docs/', import.meta.url))
  const rows = readFileSync(`${docs}cases.md`, 'utf8').matchAll(/^\| ([PLAFN]-\w+) \| .* \| ([^|]*) \|$/gm)
  const held = Array.from(rows, ([, id = '', holders = '']) => {
    const files = Array.from(holders.matchAll(/\]\(([^)]+)\)/g), ([, link]) => link as string)
    const isThere = files.map(file => new RegExp(`['"\`]${id}[ :]`).test(readFileSync(docs + file, 'utf8')))
    return { id, isThere }
  })
  expect(held.filter(({ isThere }) => isThere.includes(false))).toEqual([])
  expect(held.filter(({ id, isThere }) => /^[PN]-/.test(id) && isThere.length === 0)).toEqual([])
  expect(held.filter(({ id }) => id.startsWith('P-')).length).toBeGreaterThanOrEqual(40)
})
