import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { gaps, meanRate, withShops, worstWindow } from './shops.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))
const command = fileURLToPath(new URL('../../packages/http/dist/cli/main.js', import.meta.url))

const FAST = { ratePerSecond: 50 }
const seconds = ms => `${(ms / 1_000).toFixed(2)} s`
const failing = (...nths) => nths.flatMap(nth => ['--fault', `northwind:request=${nth},status=500`])

/** Each gives `check` what was expected, what was seen, and whether they agree. */
export const scenarios = [
  {
    title: 'The breaker opens after 3 failures, lets nothing through while open, and recovers by half-open',
    run: check =>
      withShops(failing(1, 2, 3), async stage => {
        const { summary, events } = await stage.acquire({ only: ['northwind'], limits: FAST })
        const states = events
          .filter(({ type }) => type === 'breaker')
          .map(({ from, to }) => `${from} to ${to}`)
        const requests = await stage.requests('northwind')
        const openedAt = events.find(({ type, to }) => type === 'breaker' && to === 'open')?.at ?? 0
        const whileOpen = requests.filter(({ at }) => at > openedAt && at < openedAt + 4_990).length
        check('failures before it opens', '3', `${requests.filter(({ at }) => at <= openedAt).length}`)
        check('transitions', 'closed to open, open to half-open, half-open to closed', states.join(', '))
        check('requests at the shop in the 5 s while it is open', '0', `${whileOpen}`)
        check('the run', 'complete', summary.run.status)
      }),
  },
  {
    title: 'Backoff of 0.5, 1 and 2 s (breaker threshold 10), as the shop saw it',
    run: check =>
      withShops(failing(1, 2, 3), async stage => {
        const { summary } = await stage.acquire({
          only: ['northwind'],
          limits: { ...FAST, breaker: { failureThreshold: 10 } },
        })
        const waits = gaps(await stage.requests('northwind')).slice(0, 3)
        for (const [index, expected] of [500, 1_000, 2_000].entries()) {
          const seen = waits[index] ?? 0
          const near = seen >= expected - 10 && seen <= expected + 150
          check(
            `wait before attempt ${index + 2}`,
            `${seconds(expected)} to ${seconds(expected + 150)}`,
            seconds(seen),
            near,
          )
        }
        check('the run', 'complete', summary.run.status)
      }),
  },
  {
    title: 'Exactly 5 requests a second, as the shop saw it',
    run: check =>
      withShops([], async stage => {
        const { summary, stalledMs } = await stage.acquire({ only: ['northwind'] })
        const departures = summary.sources[0].rateLimit.worstRollingSecond
        check('most departures in any second, by the ledger', 'at most 5', `${departures}`, departures <= 5)
        const requests = await stage.requests('northwind')
        // Between departure and arrival lies the network, and how long this machine had no time for it.
        const windowMs = Math.max(500, 950 - stalledMs)
        const worst = worstWindow(requests, windowMs)
        const rate = meanRate(requests)
        check(`most arrivals in any ${windowMs} ms`, 'at most 5', `${worst}`, worst <= 5)
        // A second is 20 ms longer for a limiter (limits.margin): 5 in 1.02 s.
        check('mean rate', 'at least 4.85/s', `${rate.toFixed(3)}/s`, rate >= 4.85)
      }),
  },
  {
    title: 'One shop dead, two complete and not slowed',
    run: check =>
      withShops(['--outage', 'kaufhaus:0s..,reset'], async stage => {
        const { summary } = await stage.acquire({ limits: { giveUpAfterMs: 8_000 } })
        const status = name => summary.sources.find(source => source.name === name)?.status
        check('kaufhaus', 'failed', status('kaufhaus'))
        for (const shop of ['northwind', 'mercado']) {
          const requests = await stage.requests(shop)
          const took = requests.at(-1).at - requests[0].at
          const allowed = 1.15 * ((requests.length - 1) / 5) * 1_000
          check(shop, 'complete', status(shop))
          check(
            `${shop}, ${requests.length} pages`,
            `at most ${seconds(allowed)}`,
            seconds(took),
            took <= allowed,
          )
        }
        check('the run', 'partial', summary.run.status)
      }),
  },
  {
    title: 'A truncated body is fetched again',
    run: check =>
      withShops(['--fault', 'northwind:page=2,try=1,truncate'], async stage => {
        const { summary, events } = await stage.acquire({ only: ['northwind'], limits: FAST })
        const { uniqueIds } = await stage.facts('northwind')
        const failed = events
          .filter(({ type }) => type === 'attempt-failed')
          .map(({ pageId, code }) => `${pageId} ${code}`)
        const tries = (await stage.requests('northwind')).filter(({ page }) => page === 2).length
        check('failed attempts', 'northwind:page=2 TRUNCATED', failed.join(', '))
        check('requests for page 2', '2', `${tries}`)
        check('records', `${uniqueIds}`, `${summary.totals.records}`)
      }),
  },
  {
    title: 'A broken record is set aside with its reason; all others arrive',
    run: check =>
      withShops([], async stage => {
        const { summary } = await stage.acquire({ only: ['northwind'], limits: FAST })
        const { uniqueIds, broken } = await stage.facts('northwind')
        const rejected = await stage.rejected()
        const explained = rejected.filter(({ reason, raw }) => reason !== '' && raw !== undefined).length
        check('rejected records, with reason and raw value', `${broken}`, `${explained}`)
        check('records', `${uniqueIds}`, `${summary.totals.records}`)
      }),
  },
  {
    title: 'kill -9 in mid-run, and the same command again',
    run: check =>
      withShops([], async stage => {
        const flags = ['acquire', 'examples/shops.yaml', '--output', stage.output, '--quiet']
        const options = { cwd: root, env: stage.environment, stdio: 'inherit' }
        const first = spawn(process.execPath, [command, ...flags], options)
        const firstExit = once(first, 'exit')
        while ((await stage.requests('northwind')).length < 8) await sleep(50)
        first.kill('SIGKILL')
        await firstExit
        const before = await stage.requests('northwind')
        const [code] = await once(spawn(process.execPath, [command, ...flags], options), 'exit')
        const all = await stage.requests('northwind')
        const pages = all.map(({ page }) => page)
        const again = pages.length - new Set(pages).size
        const facts = await Promise.all(['northwind', 'kaufhaus', 'mercado'].map(shop => stage.facts(shop)))
        const summary = await stage.summary()
        check(
          'pages before the kill',
          'some, not all',
          `${before.length}`,
          before.length > 0 && before.length < 25,
        )
        check('exit code of the second run', '0', `${code}`)
        check('northwind pages fetched twice', 'at most the 4 in flight', `${again}`, again <= 4)
        check('records', `${facts.reduce((sum, one) => sum + one.uniqueIds, 0)}`, `${summary.totals.records}`)
        check(
          'most arrivals at northwind in any 950 ms, over both runs',
          'at most 5',
          `${worstWindow(all, 950)}`,
          worstWindow(all, 950) <= 5,
        )
      }),
  },
]
