import { expect, test } from 'vitest'
import { EngineResult } from '../../../src/engines/index.js'
import type { EngineSpec } from '../../../src/lab/engine-spec.js'
import { ComparisonRounds } from '../../../src/lab/scenarios/comparison-rounds.js'
import { comparisonSettings, engineSpecs } from '../../../src/lab/scenarios/engine-comparison-options.js'
import type { StoredResult } from '../../../src/persistence/index.js'
import { resultsOf } from '../../contracts/record-writer-contract.js'

/** An engine that takes so long for each request, and says in what order the engines ran. */
class TimedEngine {
  readonly spec: EngineSpec
  readonly counts: number[] = []
  readonly #msPerRequest: number
  readonly #log: string[]

  constructor(spec: EngineSpec, msPerRequest: number, log: string[]) {
    this.spec = spec
    this.#msPerRequest = msPerRequest
    this.#log = log
  }

  run({ count }: { count: number }): Promise<EngineResult> {
    this.counts.push(count)
    this.#log.push(this.spec.engine)
    const results = resultsOf(0, count).map(result => ({ ...result, latencyMs: this.#msPerRequest }))
    return Promise.resolve(new EngineResult(results, count * this.#msPerRequest, 1))
  }
}

function rig(options: { requestCount: number; runs: number; syncMs: number }) {
  const settings = comparisonSettings({ requestCount: options.requestCount, runs: options.runs })
  const log: string[] = []
  const written: StoredResult[] = []
  const engines = engineSpecs(settings).map(
    spec => new TimedEngine(spec, spec.engine === 'sync' ? options.syncMs : 1, log),
  )
  const target = { url: 'http://127.0.0.1/', stats: async () => undefined, clearStats: async () => undefined }
  const results = { write: async (result: StoredResult) => void written.push(result) }
  return { rounds: new ComparisonRounds(settings, target, engines, results), engines, log, written }
}

test('lets sync run fewer requests when all would take it over 30 s, and says so', async () => {
  const { rounds, engines } = rig({ requestCount: 5_000, runs: 5, syncMs: 7 })
  await rounds.warmUp()
  await rounds.measure()
  const [sync, ...others] = engines
  expect(sync?.counts.slice(-5)).toEqual([857, 857, 857, 857, 857])
  for (const other of others) expect(other.counts.slice(-5)).toEqual(Array.from({ length: 5 }).fill(1_000))
  expect(rounds.notes).toEqual(['sync runs 4285 requests instead of 5000, which would take it about 35 s'])
})

test('lets sync run all of them when that takes 30 s or less', async () => {
  const { rounds, engines } = rig({ requestCount: 5_000, runs: 5, syncMs: 6 })
  await rounds.warmUp()
  await rounds.measure()
  expect(engines[0]?.counts.slice(-5)).toEqual(Array.from({ length: 5 }).fill(1_000))
  expect(rounds.notes).toEqual([])
})

test('interleaves the engines, and begins each round with another', async () => {
  const { rounds, log } = rig({ requestCount: 10, runs: 4, syncMs: 1 })
  await rounds.measure()
  const firsts = [0, 1, 2, 3].map(round => log[round * 4])
  expect(firsts).toEqual(['sync', 'threaded', 'async-naive', 'async-optimized'])
  for (const round of [0, 1, 2, 3]) expect(new Set(log.slice(round * 4, round * 4 + 4)).size).toBe(4)
})

test('counts and writes measured runs alone, each with its engine', async () => {
  const { rounds, written } = rig({ requestCount: 20, runs: 2, syncMs: 1 })
  await rounds.warmUp()
  await rounds.measure()
  const measured = rounds.measurements()
  for (const engine of ['sync', 'threaded', 'async-naive', 'async-optimized'] as const) {
    expect(measured[engine]?.requestCount).toBe(20)
    expect(measured[engine]?.runRps).toEqual([1_000, 1_000])
    expect(written.filter(result => result.engine === engine)).toHaveLength(20)
  }
})

test('shares the requests out over the rounds, to the last one', async () => {
  const { rounds, engines } = rig({ requestCount: 11, runs: 3, syncMs: 1 })
  await rounds.measure()
  for (const { counts } of engines) expect(counts).toEqual([4, 4, 3])
})
