import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { acquire, loadConfig } from '@async-patterns/http/acquisition'
import { spawnMock } from '@async-patterns/http/mock'

const pipelineFile = fileURLToPath(new URL('../../examples/shops.yaml', import.meta.url))

/** The mock shops in a process of their own and an empty output folder; both are gone afterwards. */
export async function withShops(shopFlags, use) {
  const shops = await spawnMock('shops', shopFlags)
  const output = await mkdtemp(join(tmpdir(), 'async-patterns-demo-'))
  try {
    return await use(new Stage(shops.urls, output))
  } finally {
    await shops.close()
    await rm(output, { recursive: true, force: true })
  }
}

/** What a scenario works with: the example pipeline on its own shops. */
class Stage {
  constructor(urls, output) {
    this.urls = urls
    this.output = output
  }

  get environment() {
    const urls = Object.entries(this.urls).map(([name, url]) => [`${name.toUpperCase()}_URL`, url])
    return { ...process.env, ...Object.fromEntries(urls) }
  }

  /**
   * Runs the example pipeline, or some of its sources, with the limits that are given laid over the file's.
   * `stalledMs`: the longest time that this process did not get to run meanwhile.
   */
  async acquire({ only, limits = {}, flags = {} }) {
    const events = []
    const { config } = await loadConfig(pipelineFile, {
      flags: { output: this.output, ...flags },
      environment: this.environment,
    })
    const streams = config.streams
      .filter(source => only === undefined || only.includes(source.name))
      .map(source => ({ ...source, limits: overlaid(source.limits, limits) }))
    const onEvent = event => events.push({ ...event, at: Date.now() })
    const delay = monitorEventLoopDelay({ resolution: 5 })
    delay.enable()
    const summary = await acquire({ ...config, streams }, { onEvent })
    delay.disable()
    return { summary, events, stalledMs: Math.ceil(delay.max / 1e6) }
  }

  /** The requests that a shop saw, in the order of their arrival. */
  async requests(shop) {
    const { requests } = await getJson(`${this.urls[shop]}/__requests`)
    return requests
  }

  /** What is true of a shop's records. */
  facts(shop) {
    return getJson(`${this.urls[shop]}/__facts`)
  }

  /** The summary that the last run wrote. */
  async summary() {
    return JSON.parse(await readFile(join(this.output, 'summary.json'), 'utf8'))
  }

  /** The records that the last run rejected. */
  async rejected() {
    const lines = await readFile(join(this.output, 'rejected.jsonl'), 'utf8')
    return lines
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line))
  }
}

function overlaid(limits, { retry, breaker, ...rest }) {
  return {
    ...limits,
    ...rest,
    retry: { ...limits.retry, ...retry },
    breaker: { ...limits.breaker, ...breaker },
  }
}

async function getJson(url) {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return response.json()
}

/** Most arrivals in any half-open window of this length. */
export function worstWindow(requests, windowMs) {
  let first = 0
  let worst = 0
  requests.forEach(({ at }, last) => {
    while (requests[first].at <= at - windowMs) first += 1
    worst = Math.max(worst, last - first + 1)
  })
  return worst
}

/** Requests a second from the first arrival to the last. */
export function meanRate(requests) {
  return ((requests.length - 1) / (requests.at(-1).at - requests[0].at)) * 1_000
}

/** Milliseconds from each arrival to the next. */
export function gaps(requests) {
  return requests.slice(1).map(({ at }, index) => at - requests[index].at)
}
