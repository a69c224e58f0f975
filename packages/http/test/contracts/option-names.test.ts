import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  acquire,
  EmbeddedQueue,
  NormalisePool,
  parseConfig,
  SqliteLedger,
} from '@async-patterns/http/acquisition'
import {
  AsyncEngine,
  SyncEngine,
  ThreadedEngine,
  UndiciTransport,
  WireTransport,
} from '@async-patterns/http/engines'
import {
  comparisonSettings,
  runEngineComparison,
  runLoad,
  runResilienceBenchmark,
  runStreamingBenchmark,
  streamingSettings,
} from '@async-patterns/http/lab'
import { startHttpMock, startShops } from '@async-patterns/http/mock'
import { JsonlWriter, SqliteWriter } from '@async-patterns/http/persistence'
import { describe, expect, test } from 'vitest'

/** Whatever takes options: it throws, or rejects, before anything is begun. */
const TAKERS: readonly (readonly [owner: string, take: (options: never) => unknown])[] = [
  ['AsyncEngine', options => new AsyncEngine(options)],
  ['AsyncEngine.close', options => new AsyncEngine().close(options)],
  ['ConnectionOptions', options => new AsyncEngine({ connection: options })],
  ['SyncEngine', options => new SyncEngine(options)],
  ['ThreadedEngine', options => new ThreadedEngine(options)],
  ['UndiciTransport', options => new UndiciTransport(options)],
  ['UndiciTransport.close', options => new UndiciTransport().close(options)],
  ['WireTransport', options => new WireTransport(options)],
  ['WireTransport.close', options => new WireTransport().close(options)],
  ['JsonlWriter', options => new JsonlWriter(options)],
  ['SqliteWriter', options => new SqliteWriter(options)],
  ['runLoad', options => runLoad(options)],
  ['runEngineComparison', options => runEngineComparison(options)],
  ['runEngineComparison', options => comparisonSettings(options)],
  ['runResilienceBenchmark', options => runResilienceBenchmark(options)],
  ['runStreamingBenchmark', options => runStreamingBenchmark(options)],
  ['runStreamingBenchmark', options => streamingSettings(options)],
  ['HttpMock', options => startHttpMock(options)],
  ['startShops', options => startShops(options)],
  ['acquire', options => acquire({} as never, options)],
  ['ConfigInputs', options => parseConfig('', 'pipeline.yaml', options)],
  ['SqliteLedger', options => new SqliteLedger(options)],
  ['SqliteLedger.open', options => openLedger(options)],
  ['EmbeddedQueue', options => new EmbeddedQueue(options)],
  ['EmbeddedQueue.consume', options => new EmbeddedQueue().consume(async () => undefined, options)],
  ['NormalisePool', options => new NormalisePool([], options)],
]

async function openLedger(options: never): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'option-names-'))
  try {
    await using ledger = new SqliteLedger({ file: join(folder, 'ledger.db') })
    await ledger.open({} as never, options)
  } finally {
    await rm(folder, { recursive: true })
  }
}

const messageOf = async (take: () => unknown): Promise<string> => {
  try {
    await take()
  } catch (error) {
    if (error instanceof TypeError) return error.message
    throw error
  }
  throw new Error('it was taken')
}

describe('N-53 options of @async-patterns/http', () => {
  test.each(TAKERS)('N-53 %s refuses by name what is not an option', async (owner, take) => {
    expect(await messageOf(() => take({ frobnicate: 1 } as never))).toMatch(
      `${owner}.frobnicate is not an option; allowed is one of `,
    )
  })

  test.each(TAKERS)('N-53 %s refuses by name what is no options object', async (owner, take) => {
    for (const [value, kind] of [
      [null, 'null'],
      [5, '5'],
      [[], 'an array'],
      [() => 1, 'a function'],
      [AbortSignal.abort(), 'an AbortSignal'],
    ] as const) {
      expect(await messageOf(() => take(value as never))).toBe(
        `${owner}.options is ${kind}; allowed is an object`,
      )
    }
  })

  test('N-53 a name that is nearly right is told the right one', () => {
    expect(() => new AsyncEngine({ maxConcurent: 5 } as never)).toThrow('did you mean maxConcurrent?')
    expect(() => new UndiciTransport({ timeout: 5 } as never)).toThrow(
      'UndiciTransport.timeout is not an option',
    )
  })
})
