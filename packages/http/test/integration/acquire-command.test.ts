import { closeSync, existsSync, openSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Summary } from '../../src/measurements/index.js'
import { startShops } from '../../src/mock/index.js'
import { AcquireProcess } from '../support/acquire-process.js'
import { outputFolder } from '../support/acquire-rig.js'

const QUICK = ['--workers', '1', '--rate-limit', '200'] as const

describe('async-patterns acquire', () => {
  test('logs one JSON object a line to standard error, prints the table, ends with 0, and leaves its results', async () => {
    await using shops = await startShops({ pages: 3 })
    await using output = await outputFolder()
    await using run = new AcquireProcess(shops, ['--output', output.path, ...QUICK])
    expect(await run.exit()).toBe(0)
    const lines = run.stderr.trimEnd().split('\n')
    const messages = lines.map(line => (JSON.parse(line) as { msg: string }).msg)
    expect(messages).toEqual(['run-opened', 'finished', 'source', 'source', 'source', 'results'])
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
      status: 'complete',
      results: { summary: join(output.path, 'summary.json') },
    })
    expect(run.stdout).toMatch(/^source +status +pages/)
    expect(run.stdout).toContain(join(output.path, 'summary.json'))
  })

  test('prints the summary with --json, nothing with --quiet, each page with --log-level debug', async () => {
    await using shops = await startShops({ pages: 1 })
    await using output = await outputFolder()
    await using json = new AcquireProcess(shops, ['--output', output.path, '--json', ...QUICK])
    expect(await json.exit()).toBe(0)
    const summary = JSON.parse(json.stdout) as Summary
    expect(summary).toEqual(JSON.parse(await readFile(join(output.path, 'summary.json'), 'utf8')))
    await using quiet = new AcquireProcess(shops, ['--output', output.path, '--quiet', ...QUICK])
    expect(await quiet.exit()).toBe(0)
    expect(quiet.stdout + quiet.stderr).toBe('')
    await using debug = new AcquireProcess(shops, ['--output', output.path, '--log-level', 'debug', ...QUICK])
    expect(await debug.exit()).toBe(0)
    expect(debug.stderr.split('"page-done"')).toHaveLength(4)
  })

  test('goes on when nobody reads its output any more', async () => {
    await using shops = await startShops({ pages: 3 })
    await using output = await outputFolder()
    const args = ['--output', output.path, '--log-level', 'debug', ...QUICK]
    await using run = new AcquireProcess(shops, args)
    run.child.stderr?.destroy()
    run.child.stdout?.destroy()
    expect(await run.exit()).toBe(0)
    const summary = JSON.parse(await readFile(join(output.path, 'summary.json'), 'utf8')) as Summary
    expect(summary.run.status).toBe('complete')
  })

  test.skipIf(!existsSync('/dev/full'))(
    'A-16 says in one line that its output cannot be written, and ends with 1',
    async () => {
      await using shops = await startShops({ pages: 1 })
      await using output = await outputFolder()
      const full = openSync('/dev/full', 'w')
      await using run = new AcquireProcess(shops, ['--output', output.path, '--json', ...QUICK], {
        stdout: full,
      })
      expect(await run.exit()).toBe(1)
      closeSync(full)
      const errors = run.stderr.split('\n').filter(line => line !== '' && !line.startsWith('{'))
      expect(errors).toEqual([expect.stringMatching(/^error: standard output cannot be written: ENOSPC/)])
      const summary = JSON.parse(await readFile(join(output.path, 'summary.json'), 'utf8')) as Summary
      expect(summary.run.status).toBe('complete')
    },
  )

  test('ends with 3 when partial, 0 with --allow-partial, 1 when all failed', async () => {
    const gone = { faults: [{ fault: { kind: 'status', status: 404 } as const }] }
    await using shops = await startShops({ pages: 1, behaviours: { mercado: gone } })
    const codeOf = async (...args: string[]) => {
      await using output = await outputFolder()
      await using run = new AcquireProcess(shops, ['--output', output.path, '--quiet', ...QUICK, ...args])
      return await run.exit()
    }
    expect(await codeOf()).toBe(3)
    expect(await codeOf('--allow-partial')).toBe(0)
    for (const shop of shops.all) shop.setBehaviour(gone)
    expect(await codeOf()).toBe(1)
  })

  test('ends with 2 for a wrong flag, a wrong value, and a source that is not there', async () => {
    await using shops = await startShops({ pages: 1 })
    await using output = await outputFolder()
    const usage = async (...args: string[]) => {
      await using run = new AcquireProcess(shops, ['--output', output.path, ...QUICK, ...args])
      expect(await run.exit(), args.join(' ')).toBe(2)
      return run.stderr
    }
    const [unknown, badValue, badLevel, badName] = await Promise.all([
      usage('--nonsense'),
      usage('--timeout', 'soon'),
      usage('--log-level', 'loud'),
      usage('--forget-wait', 'nobody'),
    ])
    expect(unknown).toContain('--nonsense')
    expect(badValue).toContain('--timeout')
    expect(badLevel).toContain('debug, info')
    expect(badName).toContain('northwind, kaufhaus, mercado')
  })

  test('N-34 a changed plan: exit code 2 where the last run is not complete, none after a complete one', async () => {
    await using shops = await startShops({ pages: 1 })
    await using other = await startShops({ pages: 2 })
    await using output = await outputFolder()
    const runOn = async (on: typeof shops, ...args: string[]) => {
      await using run = new AcquireProcess(on, ['--output', output.path, '--quiet', ...QUICK, ...args])
      return { code: await run.exit(), stderr: run.stderr }
    }
    expect(await runOn(shops)).toMatchObject({ code: 0 })
    for (const shop of other.all)
      shop.setBehaviour({ faults: [{ page: 2, fault: { kind: 'status', status: 404 } }] })
    expect(await runOn(other)).toMatchObject({ code: 1 })
    expect(await runOn(shops)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('northwind.endpoint changed'),
    })
    expect(await runOn(shops, '--fresh')).toMatchObject({ code: 0 })
  })

  test('shows each value and where it came from with --print-config, and does nothing', async () => {
    await using shops = await startShops({ pages: 1 })
    await using output = await outputFolder()
    await using run = new AcquireProcess(shops, ['--print-config', '--output', output.path])
    expect(await run.exit()).toBe(0)
    expect(run.stdout).toMatch(/^output: .*# --output$/m)
    expect(run.stdout).toMatch(/sources\[0\]\.limits\.rate: 5 +# .*shops\.yaml:\d+:\d+/)
    expect(shops.northwind.requests).toEqual([])
  })

  test.each(['SIGINT', 'SIGTERM'] as const)(
    'A-17 %s: pages in flight finish, exit code 130',
    async signal => {
      await using shops = await startShops({ pages: 30, behaviour: { latency: 50 } })
      await using output = await outputFolder()
      await using run = new AcquireProcess(shops, ['--output', output.path, '--rate-limit', '10', '--quiet'])
      while (shops.northwind.requests.length < 4) await sleep(2)
      run.child.kill(signal)
      expect(await run.exit()).toBe(130)
      const summary = JSON.parse(await readFile(join(output.path, 'summary.json'), 'utf8')) as Summary
      expect(summary.run.status).toBe('interrupted')
      expect(summary.totals.pages).toBe(summary.totals.requests)
      expect(summary.totals.requests).toBe(shops.all.reduce((sum, shop) => sum + shop.requests.length, 0))
    },
  )

  test('A-17 a second signal stops at once', async () => {
    const hang = { faults: [{ page: 2, fault: { kind: 'hang' } as const }] }
    await using shops = await startShops({ pages: 3, behaviour: hang })
    await using output = await outputFolder()
    await using run = new AcquireProcess(shops, ['--output', output.path, '--grace', '60s', ...QUICK])
    while (!shops.all.every(shop => shop.requests.some(request => request.page === 2))) await sleep(2)
    run.child.kill('SIGINT')
    while (!run.stderr.includes('stopping')) await sleep(2)
    await sleep(100)
    expect(run.hasExited).toBe(false)
    run.child.kill('SIGINT')
    expect(await run.exit()).toBe(130)
  })

  test('A-16 says who holds the ledger', async () => {
    await using shops = await startShops({ pages: 20 })
    await using output = await outputFolder()
    const args = ['--output', output.path, '--rate-limit', '5', '--quiet']
    await using first = new AcquireProcess(shops, args)
    while (shops.northwind.requests.length === 0) await sleep(2)
    await using second = new AcquireProcess(shops, args)
    expect(await second.exit()).toBe(1)
    expect(second.stderr).toContain(`is in use by process ${first.child.pid}`)
  })

  test('A-16 an output that is a file: one line, exit code 2', async () => {
    await using shops = await startShops({ pages: 1 })
    await using output = await outputFolder()
    const file = join(output.path, 'file')
    await writeFile(file, '')
    await using run = new AcquireProcess(shops, ['--output', file, '--quiet'])
    expect(await run.exit()).toBe(2)
    expect(run.stderr).toBe(`error: ${file} is a file; allowed is a folder\n`)
  })
})
