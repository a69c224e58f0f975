import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'
import { ContinuousDelivery } from '../../../src/acquisition/sinks/continuous-delivery.js'
import type { DeliveriesParts } from '../../../src/acquisition/sinks/deliveries.js'
import { Deliveries } from '../../../src/acquisition/sinks/deliveries.js'
import type { Delivery, Sink } from '../../../src/acquisition/sinks/sink.js'
import { MissingPackageError } from '../../../src/persistence/index.js'
import { MemoryRecords } from '../../contracts/sink/stored-records.js'

const STREAMS = [
  { name: 'acme.items', source: 'acme' },
  { name: 'acme.tasks', source: 'acme' },
  { name: 'other', source: 'other' },
]
const never = new AbortController().signal

/** A sink that does what is asked for. */
function sinkThat(name: string, deliver: (delivery: Delivery) => void): Sink & { closed: number } {
  return {
    name,
    closed: 0,
    async deliver(delivery) {
      deliver(delivery)
      return delivery.streams.map(({ name: stream }) => ({ stream, records: 2, deleted: 1, position: 3 }))
    },
    async [Symbol.asyncDispose]() {
      this.closed += 1
    },
  }
}

function rig(sinks: DeliveriesParts['sinks'], clock = new ManualClock()) {
  const events: unknown[] = []
  const parts = {
    sinks,
    streams: STREAMS,
    output: 'out',
    clock,
    onEvent: (event: object) => events.push(event),
  }
  const redact = (text: string): string => text.replaceAll('s3cret', '[redacted]')
  return { deliveries: new Deliveries({ ...parts, redact }), events, clock }
}

describe('deliveries', () => {
  test('each sink gets all streams, in order, and says what it did', async () => {
    const seen: string[] = []
    const note = (name: string) => sinkThat(name, ({ streams }) => seen.push(`${name} ${streams.length}`))
    const { deliveries, events } = rig([note('a'), note('b')])
    expect(await deliveries.deliver(new MemoryRecords(), never)).toEqual([
      { name: 'a', status: 'delivered', records: 6, deleted: 3, error: null },
      { name: 'b', status: 'delivered', records: 6, deleted: 3, error: null },
    ])
    expect(seen).toEqual(['a 3', 'b 3'])
    expect(events[0]).toEqual({ type: 'delivered', sink: 'a', records: 6, deleted: 3 })
  })

  test('one that fails is tried three times, told without secrets, and in nobody else’s way', async () => {
    let tries = 0
    const away = sinkThat('away', () => {
      tries += 1
      throw new Error('no connection for s3cret')
    })
    const { deliveries, events, clock } = rig([away, sinkThat('there', () => undefined)])
    const sinks = await clock.run(deliveries.deliver(new MemoryRecords(), never))
    expect(sinks.map(({ status }) => status)).toEqual(['failed', 'delivered'])
    expect(sinks[0]?.error).toBe('no connection for [redacted]')
    expect(tries).toBe(3)
    expect(clock.now()).toBeGreaterThan(2_000)
    expect(events).toContainEqual({
      type: 'delivery-failed',
      sink: 'away',
      message: 'no connection for [redacted]',
    })
  })

  test('one that comes back in time is delivered to', async () => {
    let tries = 0
    const slow = sinkThat('slow', () => {
      tries += 1
      if (tries < 3) throw new Error('not yet')
    })
    const { deliveries, clock } = rig([slow])
    const sinks = await clock.run(deliveries.deliver(new MemoryRecords(), never))
    expect(sinks).toMatchObject([{ status: 'delivered', error: null }])
  })

  test('what a missing package keeps from it is not tried again', async () => {
    let tries = 0
    const sink = sinkThat('x', () => {
      tries += 1
      throw new MissingPackageError('pg', 'The sink postgres')
    })
    const { deliveries } = rig([sink])
    const [result] = await deliveries.deliver(new MemoryRecords(), never)
    expect([tries, result?.error]).toEqual([1, 'The sink postgres needs the package pg: npm install pg'])
  })

  test('a delivery that is ended leaves the rest, and tells no error', async () => {
    const { deliveries, events } = rig([sinkThat('x', () => undefined)])
    expect(await deliveries.deliver(new MemoryRecords(), AbortSignal.abort())).toEqual([
      { name: 'x', status: 'left', records: 0, deleted: 0, error: null },
    ])
    expect(events).toEqual([])
  })

  test('sinks of others stay open', async () => {
    const sink = sinkThat('x', () => undefined)
    const { deliveries } = rig([sink])
    await deliveries[Symbol.asyncDispose]()
    expect(sink.closed).toBe(0)
  })

  test('only those that are named', async () => {
    const { deliveries } = rig([sinkThat('a', () => undefined), sinkThat('b', () => undefined)])
    const sinks = await deliveries.deliver(new MemoryRecords(), never, ['b'])
    expect(sinks.map(({ name }) => name)).toEqual(['b'])
  })
})

describe('continuous delivery', () => {
  /** Deliveries of which one sink wants to be delivered to as it goes. */
  function continuous(outcomes: ('delivered' | 'failed')[]) {
    const clock = new ManualClock()
    const at: number[] = []
    const deliveries = {
      continuous: ['x'],
      async deliver(_stored: unknown, signal: AbortSignal, names: readonly string[]) {
        if (signal.aborted) return []
        at.push(clock.now())
        return names.map(name => ({ name, status: outcomes.shift() ?? 'delivered' }))
      },
    } as unknown as Deliveries
    return { clock, at, start: () => new ContinuousDelivery(deliveries, new MemoryRecords(), clock) }
  }

  test('delivers every second, and not so often to one that fails', async () => {
    const { clock, at, start } = continuous(['delivered', 'failed', 'failed'])
    const going = start()
    await clock.advance(12_000)
    await clock.run(going[Symbol.asyncDispose]())
    expect(at).toEqual([1_000, 2_000, 4_000, 8_000, 9_000, 10_000, 11_000, 12_000])
  })

  test('without a sink that wants it, no timer lives', async () => {
    const clock = new ManualClock()
    const { deliveries } = rig([sinkThat('x', () => undefined)], clock)
    await new ContinuousDelivery(deliveries, new MemoryRecords(), clock)[Symbol.asyncDispose]()
    expect(clock.now()).toBe(0)
  })
})
