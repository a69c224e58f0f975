import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
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
      ['Take records:', ['demo', 'acquire']],
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
