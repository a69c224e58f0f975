import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { CircuitBreaker } from 'async-patterns'
import { EventLoopMonitor } from 'async-patterns/observability'
import type { EventLoopEvent, LoopProbe, LoopReading } from 'async-patterns/observability'
import { ManualClock } from 'async-patterns/testing'
import { describe, expect, test } from 'vitest'

/** Readings as the test wants them. */
class ScriptedProbe implements LoopProbe {
  maxMs = 0
  activeResources = 5
  running = false

  start(): void {
    this.running = true
  }

  read(): LoopReading {
    const { maxMs, activeResources } = this
    const delay = { meanMs: maxMs / 2, p50Ms: maxMs, p95Ms: maxMs, p99Ms: maxMs, maxMs }
    return { delay, utilization: 0.5, heapUsedBytes: 1000, heapTotalBytes: 2000, activeResources }
  }

  stop(): void {
    this.running = false
  }
}

function setUp(options = {}) {
  const clock = new ManualClock()
  const probe = new ScriptedProbe()
  const monitor = new EventLoopMonitor({ clock, probe, ...options })
  const events: EventLoopEvent[] = []
  monitor.subscribe(event => events.push(event))
  return { clock, probe, monitor, events }
}

describe('EventLoopMonitor', () => {
  test('takes a sample every interval and keeps a bounded history', async () => {
    const { clock, probe, monitor } = setUp({ sampleIntervalMs: 500, historySize: 3 })
    expect([monitor.snapshot(), monitor.summary()]).toEqual([undefined, undefined])
    monitor.start()
    monitor.start()
    for (const maxMs of [1, 2, 3, 4]) {
      probe.maxMs = maxMs
      await clock.advance(500)
    }
    expect(monitor.history().map(({ delay }) => delay.maxMs)).toEqual([2, 3, 4])
    expect(monitor.snapshot()).toMatchObject({
      status: 'healthy',
      callbackQueueDepth: null,
      at: clock.wallNow(),
    })
    monitor.stop()
    monitor.stop()
    expect([probe.running, clock.pendingTimers]).toEqual([false, 0])
    expect(monitor.history()).toHaveLength(3)
  })

  test('averages and ranks over its history', async () => {
    const { clock, probe, monitor } = setUp()
    monitor.start()
    for (let maxMs = 1; maxMs <= 100; maxMs += 1) {
      probe.maxMs = maxMs
      await clock.advance(1000)
    }
    expect(monitor.summary()).toMatchObject({
      samples: 100,
      maxDelayMs: { average: 50.5, p50: 50, p95: 95, p99: 99, max: 100 },
      meanDelayMs: { average: 25.25 },
      utilization: { average: 0.5, max: 0.5 },
      heapUsedBytes: { average: 1000 },
      activeResources: { p50: 5 },
    })
    monitor[Symbol.dispose]()
    expect(clock.pendingTimers).toBe(0)
  })

  test('tells when its status changes, at the thresholds', async () => {
    const { clock, probe, monitor, events } = setUp()
    monitor.start()
    for (const maxMs of [99, 100, 499, 500, 0]) {
      probe.maxMs = maxMs
      await clock.advance(1000)
    }
    probe.activeResources = 1000
    await clock.advance(1000)
    monitor.stop()
    const changes = events.flatMap(event => (event.type === 'status' ? [[event.from, event.to]] : []))
    expect(changes).toEqual([
      ['healthy', 'warning'],
      ['warning', 'critical'],
      ['critical', 'healthy'],
      ['healthy', 'warning'],
    ])
    expect(events.filter(({ type }) => type === 'sample')).toHaveLength(6)
  })

  test('publishes on its diagnostics channels', async () => {
    const { clock, monitor } = setUp()
    const seen: unknown[] = []
    const listener = (event: unknown): void => void seen.push(event)
    subscribe('async-patterns:event-loop-monitor:sample', listener)
    monitor.start()
    await clock.advance(1000)
    monitor.stop()
    unsubscribe('async-patterns:event-loop-monitor:sample', listener)
    expect(seen).toHaveLength(1)
  })

  test('knows for how long the loop has stalled lately', async () => {
    const { clock, monitor } = setUp()
    expect(monitor.stalledMs()).toBe(0)
    monitor.start()
    await clock.advance(200)
    expect(monitor.stalledMs()).toBe(0)
    clock.stall(300)
    expect(monitor.stalledMs()).toBe(280)
    await clock.advance(0)
    expect(monitor.stalledMs()).toBe(280)
    await clock.advance(500)
    clock.stall(120)
    await clock.advance(0)
    expect(monitor.stalledMs()).toBe(380)
    await clock.advance(400)
    expect(monitor.stalledMs()).toBe(100)
    await clock.advance(1000)
    expect(monitor.stalledMs()).toBe(0)
    clock.stall(100)
    monitor.stop()
    expect([monitor.stalledMs(), clock.pendingTimers]).toEqual([0, 0])
  })

  test('P-B12 a local stall does not trip the breaker of a remote', async () => {
    const tripsBy = async (stalledMs: ((monitor: EventLoopMonitor) => number) | undefined) => {
      const { clock, monitor } = setUp()
      const breaker = new CircuitBreaker({
        clock,
        failureThreshold: 1,
        ...(stalledMs !== undefined && { stalledMs: () => stalledMs(monitor) }),
      })
      monitor.start()
      await clock.advance(100)
      const call = breaker.execute(() => clock.sleep(10))
      clock.stall(5000)
      await clock.run(call)
      monitor.stop()
      return breaker.state
    }
    expect(await tripsBy(undefined)).toBe('open')
    expect(await tripsBy(monitor => monitor.stalledMs())).toBe('closed')
  })

  test("does not take a timer's usual lateness for a stall", async () => {
    const clock = new ManualClock({ latenessMs: () => 2 })
    const monitor = new EventLoopMonitor({ clock, probe: new ScriptedProbe() })
    monitor.start()
    await clock.advance(5000)
    expect(monitor.stalledMs()).toBe(0)
    monitor.stop()
  })

  test("reads Node's own counters", async () => {
    using monitor = new EventLoopMonitor({ sampleIntervalMs: 40 })
    const first = new Promise<void>(resolve => {
      monitor.subscribe(() => resolve())
    })
    monitor.start()
    const until = performance.now() + 30
    while (performance.now() < until);
    await first
    const snapshot = monitor.snapshot()
    expect(snapshot?.heapUsedBytes).toBeGreaterThan(1_000_000)
    expect(snapshot?.utilization).toBeGreaterThan(0)
    expect(snapshot?.utilization).toBeLessThanOrEqual(1)
    expect(snapshot?.delay.maxMs).toBeGreaterThanOrEqual(0)
    expect(snapshot?.activeResources).toBeGreaterThanOrEqual(0)
  })

  test('names what is wrong with its options', () => {
    expect(() => new EventLoopMonitor({ sampleIntervalMs: 0 })).toThrow(
      /EventLoopMonitor.sampleIntervalMs is 0/,
    )
    expect(() => new EventLoopMonitor({ criticalDelayMs: 50 })).toThrow(/criticalDelayMs is 50.*at least 100/)
    expect(() => new EventLoopMonitor({ maxBacklog: 0 })).toThrow(/maxBacklog/)
    expect(() => new EventLoopMonitor({ historySize: 0 })).toThrow(/historySize/)
  })
})
