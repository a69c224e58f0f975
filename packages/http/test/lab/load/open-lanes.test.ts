import { expect, test } from 'vitest'
import { UndiciTransport } from '../../../src/engines/index.js'
import type { Lane, LaneOwner, LaneSource } from '../../../src/lab/load/lane.js'
import { loadPlan } from '../../../src/lab/load/load-options.js'
import { openLanes } from '../../../src/lab/load/open-lanes.js'
import { TransportLanes } from '../../../src/lab/load/transport-lane.js'
import { eventually, httpServer } from '../../contracts/servers.js'

/** An owner that sends once on every lane, and notes what they tell. */
class Once implements LaneOwner {
  readonly done: number[] = []
  readonly lost: string[] = []
  connected = 0

  onConnected(): void {
    this.connected += 1
  }

  onReady(lane: Lane): void {
    lane.send()
  }

  onDone(_: Lane, statusCode: number): void {
    this.done.push(statusCode)
  }

  onLost(_: Lane, code: string): void {
    this.lost.push(code)
  }
}

test.each<[string, (url: string, owner: LaneOwner) => LaneSource]>([
  ['the wire', (url, owner) => openLanes(loadPlan({ url, connections: 3 }), owner)],
  [
    'a transport',
    (url, owner) => new TransportLanes(new UndiciTransport({ maxConnections: 3 }), { url }, 3, owner),
  ],
])(
  'lanes over %s: one for each request at a time, and all connections close with their source',
  async (_, open) => {
    await using server = await httpServer((_request, response) => response.end('ok'))
    const owner = new Once()
    const source = open(server.url, owner)
    const lanes = source.lanes()
    expect(lanes).toHaveLength(source.connections * source.streams)
    expect([source.connections, source.streams, source.lanes()]).toEqual([3, 1, lanes])
    for (const lane of lanes) lane.open()
    await eventually(() => owner.done.length === 3)
    expect(owner.done).toEqual([200, 200, 200])
    expect(lanes.map(({ state }) => state)).toEqual(['ready', 'ready', 'ready'])
    expect(server.connections).toBe(3)
    await source[Symbol.asyncDispose]()
    await eventually(() => server.open === 0)
    expect(owner.lost).toEqual([])
  },
)

test('N-19 a load says who asks, unless its own headers do, in whatever case', async () => {
  const agents: (string | undefined)[][] = []
  await using server = await httpServer((request, response) => {
    agents.push([request.headers['user-agent'], request.headers.accept])
    response.end()
  })
  for (const headers of [{}, { 'USER-AGENT': 'me/1', Accept: 'a/b' }]) {
    const owner = new Once()
    await using source = openLanes(loadPlan({ url: server.url, connections: 1, headers }), owner)
    for (const lane of source.lanes()) lane.open()
    await eventually(() => owner.done.length === 1)
  }
  expect(agents).toEqual([
    [expect.stringMatching(/^async-patterns\/\S+ \(\+https:/), '*/*'],
    ['me/1', 'a/b'],
  ])
})

test('a lane that is cut tells nothing more, and its request is gone', async () => {
  await using server = await httpServer(() => undefined)
  const owner = new Once()
  await using source = openLanes(loadPlan({ url: server.url, connections: 1 }), owner)
  const [lane] = source.lanes()
  lane?.open()
  await eventually(() => lane?.state === 'busy' && server.open === 1)
  lane?.cut()
  expect(lane?.state).toBe('down')
  await eventually(() => server.open === 0)
  expect([owner.done, owner.lost]).toEqual([[], []])
})
