import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { seededRandom } from 'async-patterns'
import { expect, test } from 'vitest'
import type { Summary } from '../../src/measurements/index.js'
import type { ApiMock } from '../../src/mock/index.js'
import { pointedFile } from '../../src/mock/index.js'
import { outputFolder } from '../support/acquire-rig.js'
import { differences, mockOf } from '../support/api-rig.js'
import { proofCount } from '../support/proof.js'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

const SEEDS = proofCount(2, 20)
/** For each seed. */
const KILLS = 10
const SIDE_BY_SIDE = 2
const CONCURRENCY = 4

/** Children of what is new, in windows, by tokens that live for two seconds and rotate. */
const PIPELINE = `
sources:
  - name: acme
    baseUrl: https://api.acme.example
    auth:
      type: oauth2
      grant: refreshToken
      tokenUrl: https://id.acme.example/token
      clientId: client
      clientSecret: client-secret
      refreshToken: refresh-first
    records: items
    id: id
    limits: { rate: 40, concurrency: ${CONCURRENCY} }
    pagination: { type: cursor, cursorPath: next, cursorParam: after, sizeParam: limit, pageSize: 2 }
    responses: [{ status: 404, then: skip }]
    streams:
      - name: projects
        path: /projects
        since:
          field: updated
          start: '2024-01-01'
          end: '2024-02-01'
          param: from
          untilParam: to
          window: 7d
          format: isoSeconds
      - name: tasks
        for: { each: projects, as: project }
        path: /projects/{project.id}/tasks
`

interface Acquiring extends AsyncDisposable {
  readonly hasExited: boolean
  readonly stderr: string
  kill(): Promise<void>
  exit(): Promise<number | null>
}

function acquiring(file: string, output: string): Acquiring {
  const args = [main, 'acquire', file, '--output', output, '--workers', '1', '--quiet']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const exited = once(child, 'close')
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exited
  }
  return {
    get hasExited() {
      return child.exitCode !== null || child.signalCode !== null
    },
    get stderr() {
      return stderr
    },
    kill,
    exit: async () => {
      await exited
      return child.exitCode
    },
    [Symbol.asyncDispose]: kill,
  }
}

const pagesAsked = (mock: ApiMock): string[] =>
  mock.requests.filter(({ stream, status }) => stream !== null && status === 200).map(({ url }) => url)

/** False where the run was over before. */
async function killedOnce(
  mock: ApiMock,
  file: string,
  output: string,
  random: () => number,
): Promise<boolean> {
  await using running = acquiring(file, output)
  const after = pagesAsked(mock).length + Math.floor(random() * 12)
  while (pagesAsked(mock).length <= after && !running.hasExited) await sleep(2)
  if (running.hasExited) {
    expect(await running.exit(), running.stderr).toBe(0)
    return false
  }
  await sleep(random() * 40)
  await running.kill()
  return true
}

async function expectKillsHarmless(seed: number): Promise<void> {
  await using mock = await mockOf(PIPELINE, {
    seed,
    records: 20,
    tokenLifeMs: 2_000,
    singleUseTokens: true,
  })
  await using folder = await outputFolder()
  const [file, output] = [join(folder.path, 'acme.yaml'), join(folder.path, 'out')]
  await writeFile(file, pointedFile(PIPELINE, mock.url, output))
  const random = seededRandom(seed)
  let kills = 0
  while (kills < KILLS && (await killedOnce(mock, file, output, random))) kills += 1
  expect(kills).toBeGreaterThan(KILLS / 2)
  await using last = acquiring(file, output)
  expect(await last.exit(), last.stderr).toBe(0)
  expect(mock.problems).toEqual([])
  expect(differences(mock.truth, output)).toEqual([])
  const { totals } = JSON.parse(await readFile(join(output, 'summary.json'), 'utf8')) as Summary
  expect(totals.duplicates).toBe(0)
  expect(mock.requests.filter(({ url }) => url.endsWith('/token')).length).toBeGreaterThan(kills / 2)
  // Only what was in hand at a kill is asked for again.
  const pages = pagesAsked(mock)
  expect(pages.length - new Set(pages).size).toBeLessThanOrEqual(kills * CONCURRENCY)
  // What has gone on since is what the next run brings, children included.
  mock.change()
  await using later = acquiring(file, output)
  expect(await later.exit(), later.stderr).toBe(0)
  expect(differences(mock.truth, output)).toEqual([])
}

test(`kill -9 ${SEEDS * KILLS} times at random, with children, windows and rotating tokens: nothing lost or twice`, {
  timeout: 90_000 * SEEDS,
}, async () => {
  let seeds = 0
  const next = async (): Promise<void> => {
    while (seeds < SEEDS) {
      seeds += 1
      await expectKillsHarmless(seeds)
    }
  }
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, next))
})
