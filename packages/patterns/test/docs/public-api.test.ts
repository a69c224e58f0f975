import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const script = fileURLToPath(new URL('../../../../scripts/docs/api-report.mjs', import.meta.url))

/** Runs the script over the declarations in dist/ of both packages. */
function runScript(flag: string): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [script, flag], { encoding: 'utf8' })
}

interface Problems {
  readonly doubles: readonly string[]
  readonly undocumented: readonly string[]
}

const problems = JSON.parse(runScript('--problems').stdout) as Problems

test('the report of the public API is that of the declarations', () => {
  const { status, stdout, stderr } = runScript('--check')
  expect(stdout + stderr, 'run make docs, and look at what has changed').toBe('')
  expect(status).toBe(0)
})

test('no public name means two things', () => {
  expect(problems.doubles).toEqual([])
})

test('every public export has a docstring', () => {
  expect(problems.undocumented).toEqual([])
})
