import { ManualClock } from 'async-patterns/testing'
import { expect, test } from 'vitest'
import type { PartitionPlannerParts } from '../../../src/acquisition/run/partition-planner.js'
import { PartitionPlanner } from '../../../src/acquisition/run/partition-planner.js'
import { Secrets } from '../../../src/acquisition/secrets/secrets.js'
import type { PartitionHook } from '../../../src/acquisition/streams/index.js'
import { partitionPage } from '../../../src/acquisition/streams/index.js'
import { streamWith } from '../streams/pagination/paging-run.js'

const stream = streamWith(
  { type: 'none', maxPages: 1 },
  {
    name: 'acme.x',
    path: '/shops/{shop.id}',
    query: { region: '{shop.region}' },
    for: [{ hook: 'partition', as: 'shop' }],
  },
)

function planning(hook: PartitionHook, parts: Partial<PartitionPlannerParts> = {}) {
  const failures: string[] = []
  const clock = new ManualClock()
  const planner = new PartitionPlanner({
    stream,
    hook,
    as: 'shop',
    run: { id: 'r1', startedAt: 0 },
    secrets: new Secrets(),
    observer: {
      attemptFailed: (_, attempt, code, message) => void failures.push(`${attempt} ${code} ${message}`),
    },
    clock,
    ...parts,
  })
  const take = (portion = 1, signal?: AbortSignal) =>
    planner.portion(partitionPage('acme.x', portion), { ...(signal !== undefined && { signal }) })
  return { take, failures, clock }
}

async function* numbered(count: number): AsyncGenerator<object> {
  for (let id = 1; id <= count; id += 1) yield { id, region: 'eu' }
}

test('a portion has the values that the stream refers to, and says whether more follow', async () => {
  const told: unknown[] = []
  const { take } = planning(context => {
    told.push(context)
    return numbered(1_001)
  })
  const first = await take()
  expect(first.content.children?.['acme.x']).toHaveLength(1_000)
  expect(first.content.children?.['acme.x']?.[0]).toEqual({ 'shop.id': '1', 'shop.region': '"eu"' })
  expect(first.content.paging).toEqual({ hasMore: true })
  first.reservation.release()
  const second = await take(2)
  expect(second.content.children?.['acme.x']).toEqual([{ 'shop.id': '1001', 'shop.region': '"eu"' }])
  expect(second.content.paging).toEqual({ hasMore: false })
  expect(told).toEqual([
    { stream: 'acme.x', now: '1970-01-01T00:00:00.000Z', run: 'r1', signal: expect.any(AbortSignal) },
  ])
})

test('a list is as good, and a value without what is needed begins no part', async () => {
  const { take } = planning(() => [{ id: 1, region: 'eu' }, { region: 'us' }])
  const { content } = await take()
  expect(content.children?.['acme.x']).toEqual([{ 'shop.id': '1', 'shop.region': '"eu"' }])
  expect(content.unplanned).toEqual([{ stream: 'acme.x', reference: 'shop.id', count: 1 }])
})

test('a failure is told and tried again from the beginning', async () => {
  let calls = 0
  const retry = { maxAttempts: 2, baseDelayMs: 0, maxDelayMs: 0, jitter: 'none' as const }
  const patient = { ...stream, limits: { ...stream.limits, retry } }
  const signals: AbortSignal[] = []
  const { take, failures } = planning(
    async function* ({ signal }) {
      signals.push(signal)
      calls += 1
      yield { id: 1, region: 'eu' }
      if (calls === 1) throw new Error('no such list')
    },
    { stream: patient },
  )
  expect((await take()).content.children?.['acme.x']).toHaveLength(1)
  expect(failures.map(text => text.replace(/ \(.*/, ''))).toEqual([
    '1 HOOK_FAILED hooks.partition of acme.x threw: no such list',
  ])
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
})

test.each<[string, unknown, string]>([
  ['nothing', undefined, 'returned a undefined; allowed is a list of objects'],
  ['no list', {}, 'returned a object; allowed is a list of objects'],
  ['a list of texts', ['a'], 'gave a; allowed is an object such as { id: 17 }'],
  ['a list of lists', [[1]], 'gave 1; allowed is an object'],
  ['what has no JSON', [{ id: 1n }], 'gave what has no JSON'],
])('what it may not give is refused: %s', async (_, values, problem) => {
  const { take } = planning(() => values as never)
  await expect(take()).rejects.toMatchObject({ cause: { code: 'HOOK_FAILED' } })
  const { take: again, failures } = planning(() => values as never)
  await again().catch(() => undefined)
  expect(failures[0]).toContain(`hooks.partition of acme.x ${problem}`)
})

test('a value that never comes fails, and an abort does not wait for it', async () => {
  const never = () => ({
    [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }),
  })
  const { take, failures, clock } = planning(never)
  const taking = take()
  taking.catch(() => undefined)
  await clock.advance(1_000)
  await expect(taking).rejects.toMatchObject({ cause: { code: 'HOOK_FAILED' } })
  expect(failures).toEqual(['1 HOOK_FAILED hooks.partition of acme.x has given no value within 1000 ms'])
  const other = planning(never)
  const controller = new AbortController()
  const given = other.take(1, controller.signal)
  given.catch(() => undefined)
  await other.clock.advance(1)
  controller.abort(new Error('enough'))
  await expect(given).rejects.toThrow('enough')
  expect(other.failures).toEqual([])
})
