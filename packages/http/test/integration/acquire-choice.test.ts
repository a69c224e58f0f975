import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PipelineState } from '../../src/acquisition/state.js'
import { SqliteLedger } from '../../src/acquisition/ledger/sqlite/sqlite-ledger.js'
import { parseConfig } from '../../src/acquisition/configuration/load-config.js'
import { run } from '../support/run.js'
import { trackerPipeline, workTracker } from '../support/work-tracker.js'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

let folder = ''
let tracker: Awaited<ReturnType<typeof workTracker>>

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'choice-'))
  tracker = await workTracker({ projects: 25, tasksOf: 6 })
  await writeFile(join(folder, 'pipeline.yaml'), trackerPipeline(tracker.url))
})
afterEach(async () => {
  await tracker[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

const acquire = async (...args: string[]) => {
  const before = tracker.asked.length
  const result = await run(process.execPath, [main, 'acquire', ...args], { cwd: folder })
  return { ...result, asked: tracker.asked.slice(before) }
}
const recordsOf = (stdout: string): Record<string, number> => {
  const { sources } = JSON.parse(stdout) as { sources: { name: string; accepted: number }[] }
  return Object.fromEntries(sources.map(({ name, accepted }) => [name, accepted]))
}

const stateOfTracker = (): PipelineState => {
  const flags = { output: join(folder, 'out') }
  const { config } = parseConfig(trackerPipeline(tracker.url), 'pipeline.yaml', { flags, environment: {} })
  return new PipelineState(config)
}

describe('acquire --source, --stream, --full', () => {
  test('takes what was chosen alone, under its full or short name', async () => {
    const { stdout, code } = await acquire('--source', 'other', '--json', '--quiet')
    expect([code, recordsOf(stdout)]).toEqual([0, { other: 25 }])
    const refused = await acquire('--stream', 'tracker.tasks')
    expect([refused.code, refused.asked]).toEqual([2, []])
    expect(refused.stderr).toContain('Taken along, as parents: tracker.projects')
    expect(refused.stderr).toContain('tracker.members would never be taken')
    const all = await acquire('--stream', 'tasks', '--stream', 'members', '--json', '--quiet')
    expect(recordsOf(all.stdout)).toEqual({
      'tracker.projects': 25,
      'tracker.tasks': 150,
      'tracker.members': 150,
    })
  })

  test.each([
    [['--stream', 'task'], 'there is no stream "task"; allowed are tracker.projects, tracker.tasks'],
    [['--format', 'json'], '--format is for --sample'],
    [['--sample', '0'], '--sample is 0; allowed are whole numbers from 1 to 1000'],
    [['--sample', '5', '--full'], '--fresh and --full are for a run'],
  ])('%j ends with 2', async (args, message) => {
    const { code, stderr, asked } = await acquire(...args)
    expect([code, asked]).toEqual([2, []])
    expect(stderr).toContain(message)
  })

  test('--full takes all again, and children of all parents; what is kept moves all the same', async () => {
    expect((await acquire('--quiet')).code).toBe(0)
    const second = await acquire('--quiet', '--json')
    // The last one again: the server includes what is equal.
    expect(recordsOf(second.stdout)).toMatchObject({ 'tracker.projects': 1, 'tracker.tasks': 6 })
    const full = await acquire('--quiet', '--json', '--full')
    expect(recordsOf(full.stdout)).toMatchObject({ 'tracker.projects': 25, 'tracker.tasks': 150 })
    const { stdout } = await acquire('state', 'show', '--json')
    expect(JSON.parse(stdout)).toEqual([
      { stream: 'other', part: 'kind=a', field: 'changed', since: '2026-01-01T00:24:00.000Z' },
      { stream: 'other', part: 'kind=b', field: 'changed', since: '2026-01-01T00:24:00.000Z' },
      { stream: 'tracker.projects', part: '', field: 'changed', since: '2026-01-01T00:24:00.000Z' },
    ])
  }, 60_000)
})

describe('acquire state', () => {
  test('shows, sets and forgets, and the next run goes by it', async () => {
    expect((await acquire('state', 'show')).stdout).toBe('Nothing is kept.\n')
    expect(await readdir(folder)).toEqual(['pipeline.yaml'])
    await acquire('--quiet')
    const shown = await acquire('state', 'show', '--stream', 'projects')
    expect(shown.stdout).toMatch(
      /^stream +part +field +since\ntracker\.projects +- +changed +2026-01-01T00:24:00\.000Z\n$/,
    )
    const set = await acquire('state', 'set', '--stream', 'projects', '--since', '2026-01-01T00:20:00Z')
    expect([set.code, set.stderr]).toEqual([0, ''])
    const next = await acquire('--quiet', '--json')
    expect(next.asked).toContainEqual(expect.stringContaining('from=2026-01-01T00%3A19%3A59.999Z'))
    expect(recordsOf(next.stdout)).toMatchObject({ 'tracker.projects': 5, other: 1 })
    const reset = await acquire('state', 'reset', '--stream', 'other', '--part', 'kind=b', '--json')
    expect(JSON.parse(reset.stdout)).toMatchObject([{ stream: 'other', part: 'kind=b' }])
    expect(recordsOf((await acquire('--quiet', '--json')).stdout)).toMatchObject({ other: 25 })
    await acquire('state', 'reset')
    expect((await acquire('state', 'show')).stdout).toBe('Nothing is kept.\n')
  }, 60_000)

  test.each([
    [{}, '2026-01-01', 'one stream with since has to be named; allowed are tracker.projects, other'],
    [{ streams: ['other'] }, 'soon', 'since is "soon"; allowed is a date such as'],
    [
      { streams: ['other'], parts: ['kind=c'] },
      '1d',
      'other has no part "kind=c"; it has "kind=a", "kind=b"',
    ],
  ])('set %j to %s is refused', async (choice, value, message) => {
    await expect(stateOfTracker().set(choice, value)).rejects.toThrow(message)
  })

  test('what there is not can be neither shown nor forgotten', async () => {
    const state = stateOfTracker()
    await expect(state.reset({ streams: ['nothing'] })).rejects.toThrow(
      'there is no stream "nothing"; there are "tracker.projects", "tracker.tasks"',
    )
    await expect(state.show({ parts: ['kind=c'] })).rejects.toThrow('no part "kind=c"; nothing is kept')
    const { code, stderr } = await acquire('state', 'show', '--part', 'kind=c')
    expect([code, stderr]).toEqual([2, 'error: there is no part "kind=c"; nothing is kept\n'])
  })

  test('is refused while another process holds the ledger', async () => {
    await acquire('--quiet', '--source', 'other')
    await using _held = new SqliteLedger({ file: join(folder, 'out/acquire.db') })
    const { code, stderr } = await acquire('state', 'show')
    expect([code, stderr]).toEqual([1, expect.stringContaining('is in use by')])
    const locked = { code: 'LEDGER_LOCKED' }
    await expect(stateOfTracker().reset()).rejects.toMatchObject(locked)
    await expect(stateOfTracker().set({ streams: ['other'] }, '1d')).rejects.toMatchObject(locked)
  })

  test('may be set before the first run', async () => {
    const state = stateOfTracker()
    const set = await state.set({ streams: ['other'] }, '2026-01-01')
    expect(set.map(({ part }) => part)).toEqual(['kind=a', 'kind=b'])
    expect(await state.show({ parts: ['kind=a'] })).toEqual([
      { stream: 'other', part: 'kind=a', state: { field: 'changed', since: '2026-01-01T00:00:00.000Z' } },
    ])
  })
})

describe('acquire --sample', () => {
  test('shows the first records of each stream, with few requests, and stores nothing', async () => {
    const { code, stdout, asked } = await acquire('--sample', '12', '--format', 'json')
    expect(code).toBe(0)
    const { streams } = JSON.parse(stdout) as { streams: { name: string; records: { id: string }[] }[] }
    expect(streams.map(({ name, records }) => [name, records.length])).toEqual([
      ['tracker.projects', 12],
      ['tracker.tasks', 12],
      ['tracker.members', 12],
      ['other', 12],
    ])
    expect(streams[1]?.records[0]?.id).toMatch(/^p\d+-tasks-1$/)
    expect(asked.length).toBeLessThanOrEqual(12)
    expect(await readdir(folder)).toEqual(['pipeline.yaml'])
  })

  test('as a table no wider than 80 columns', async () => {
    const { stdout } = await acquire('--sample', '2', '--stream', 'tasks')
    expect(stdout).toContain('tracker.tasks: 2 records\nid ')
    expect(stdout).not.toContain('members')
    expect(Math.max(...stdout.split('\n').map(line => line.length))).toBeLessThanOrEqual(80)
  })

  test('leaves state and ledger of the pipeline alone, and holds the ledger', async () => {
    await acquire('--quiet', '--source', 'other')
    const before = await readFile(join(folder, 'out/acquire.db'))
    const { stdout } = await acquire('--sample', '3', '--source', 'other', '--format', 'json')
    expect((JSON.parse(stdout) as { streams: { records: unknown[] }[] }).streams[0]?.records).toHaveLength(3)
    expect(await readFile(join(folder, 'out/acquire.db'))).toEqual(before)
    await using _held = new SqliteLedger({ file: join(folder, 'out/acquire.db') })
    expect((await acquire('--sample', '3')).code).toBe(1)
  })
})
