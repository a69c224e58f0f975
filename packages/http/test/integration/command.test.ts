import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { run } from '../support/run.js'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const command = (...args: string[]) => run(process.execPath, [main, ...args], { cwd: tmpdir() })

describe('the command async-patterns', () => {
  test('--help shows every command in its group', async () => {
    const { code, stdout } = await command('--help')
    expect(code).toBe(0)
    const groups = [...stdout.matchAll(/^(\w[^\n]*:)\n((?: .*\n|\n(?= ))+)/gm)].map(
      ([, heading, body = '']) => [heading, [...body.matchAll(/^ {2}([a-z]+)/gm)].map(match => match[1])],
    )
    expect(groups.slice(1)).toEqual([
      ['Take records:', ['demo', 'acquire', 'init']],
      ['Measure:', ['load', 'bench']],
      ['Rehearse, and find help:', ['mock', 'help']],
    ])
  })

  test.each([
    [['aquire', 'pipeline.yaml'], 'Did you mean acquire?'],
    [['dmeo'], 'Did you mean demo?'],
    [['mock', 'shpos'], 'Did you mean shops?'],
    [['acquire', 'shcema'], 'did you mean "schema"?'],
    [['acquire', '--outptu', 'x'], 'Did you mean --output?'],
  ])('%j ends with 2 and says what was probably meant', async (args, message) => {
    const { code, stdout, stderr } = await command(...args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('ENOENT')
  })

  test.each([
    [['nosuch', '--help'], "unknown command 'nosuch'"],
    [['help', 'acqire'], 'Did you mean acquire?'],
    [['mock', 'shpos', '-h'], 'Did you mean shops?'],
    [['mock', 'help', 'shpos'], 'Did you mean shops?'],
    [['acquire', 'shcema', '--help'], 'did you mean "schema"?'],
  ])('%j: no help is shown for a command that there is not', async (args, message) => {
    const { code, stdout, stderr } = await command(...args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
  })

  test.each([
    [],
    ['demo'],
    ['acquire'],
    ['acquire', 'deliver'],
    ['acquire', 'schema'],
    ['acquire', 'state'],
    ['acquire', 'mine.yaml'],
    ['init'],
    ['demo'],
    ['load'],
    ['bench'],
    ['mock'],
    ['mock', 'shops'],
    ['mock', 'http'],
    ['mock', 'api'],
  ])('%s %s --help fits a terminal of 80 columns, and headings are its own', async (...words) => {
    const { code, stdout } = await command(...words, '--help')
    expect(code).toBe(0)
    // The path of a file is as long as it is.
    expect(stdout.split('\n').filter(line => line.length > 80 && !line.startsWith('/'))).toEqual([])
    if (words.length > 0) expect(stdout).not.toContain('Rehearse')
  })

  test.each([
    ['is there without its native part', 'MODULE_NOT_FOUND'],
    ['was built for another Node', 'ERR_DLOPEN_FAILED'],
  ])('where SQLite %s, one line says how to build it', async (_, code) => {
    const unbuilt = `import Module from 'node:module'
      Module._extensions['.node'] = () => {
        throw Object.assign(new Error('no\\nbinding'), { code: '${code}' })
      }`
    const preload = `data:text/javascript,${encodeURIComponent(unbuilt)}`
    const folder = await mkdtemp(join(tmpdir(), 'unbuilt-'))
    const finished = await run(process.execPath, ['--import', preload, main, 'demo', '--quiet'], {
      cwd: folder,
    })
    await rm(folder, { recursive: true })
    expect([finished.code, finished.stdout]).toEqual([1, ''])
    expect(finished.stderr).toMatch(
      /^error: The embedded ledger needs the package better-sqlite3, which is installed but not built .*: npm rebuild better-sqlite3 .*\n$/,
    )
  })

  test('acquire without a file, where none has a default name, ends with 2 and names the remedy', async () => {
    const { code, stderr } = await command('acquire')
    expect(code).toBe(2)
    expect(stderr).toContain('async-patterns demo')
  })

  test('acquire schema prints the schema that the repository holds', async () => {
    const { code, stdout } = await command('acquire', 'schema')
    expect(code).toBe(0)
    const file = new URL('../../../../schemas/pipeline.schema.json', import.meta.url)
    expect(JSON.parse(stdout)).toEqual(JSON.parse(await readFile(file, 'utf8')))
  })
})
