import { describe, expect, test } from 'vitest'
import { judge } from '../../src/lab/verdict.js'
import { thinPercentiles } from '../../src/measurements/index.js'
import type { VerdictEvidence } from '../../src/lab/verdict.js'

const GOOD: VerdictEvidence = {
  isOpenLoop: false,
  portErrors: [],
  cpu: 0.5,
  cpuWait: 0.1,
  lateSends: 0,
  requests: 100_000,
  errors: {},
  samples: 100_000,
  percentiles: [],
  connections: { there: 10, refused: 0, ratePerSecond: NaN, heldMs: 1 },
  halves: [50_000, 50_000],
  noise: 100,
  tailMs: 5,
  usualTailMs: 1_000,
}

const statusOf = (evidence: Partial<VerdictEvidence>) => judge({ ...GOOD, ...evidence }).status

describe('the verdict', () => {
  test('nothing found: valid, without reasons', () => {
    expect(judge(GOOD)).toEqual({ status: 'valid', reasons: [] })
  })

  test('each finding gives its status at its threshold', () => {
    expect(statusOf({ portErrors: ['EMFILE'] })).toBe('port-bound')
    expect(statusOf({ cpu: 0.91, cpuWait: 0 })).toBe('generator-bound')
    expect(statusOf({ cpu: 0.9, cpuWait: 0 })).toBe('valid')
    expect(statusOf({ cpu: 0.5, cpuWait: 0.45 })).toBe('generator-bound')
    expect(statusOf({ lateSends: 1_001 })).toBe('generator-bound')
    expect(statusOf({ lateSends: 1_000 })).toBe('valid')
    expect(statusOf({ samples: 999 })).toBe('too-few-samples')
    expect(statusOf({ halves: [44_000, 50_000] })).toBe('not-steady')
    expect(statusOf({ halves: [45_500, 50_000] })).toBe('valid')
    expect(statusOf({ halves: [50_000, 44_000] })).toBe('not-steady')
    expect(statusOf({ tailMs: 1_001 })).toBe('not-steady')
  })

  test('a difference of halves within the noise is none', () => {
    expect(statusOf({ halves: [10, 30], noise: 20 })).toBe('valid')
    expect(statusOf({ halves: [10, 30], noise: 19 })).toBe('not-steady')
  })

  test('the first that applies gives the status, and all are told', () => {
    const all: Partial<VerdictEvidence> = {
      portErrors: ['EADDRNOTAVAIL'],
      cpu: 1,
      samples: 10,
      halves: [1, 1_000],
    }
    const { status, reasons } = judge({ ...GOOD, ...all })
    expect(status).toBe('port-bound')
    expect(reasons.map(reason => reason.split(':')[0])).toEqual([
      'port-bound',
      'generator-bound',
      'too-few-samples',
      'not-steady',
    ])
    expect(reasons[0]).toContain('ip_local_port_range')
  })

  test('N-40 the percentiles that are used are judged: those of objectives, else p99', () => {
    const thin = (samples: number, percentiles: number[]) =>
      judge({ ...GOOD, samples, percentiles })
        .reasons.join()
        .replace(/^.*beyond /, '')
    expect(thin(1_000, [])).toBe('')
    expect(thin(999, [])).toBe('p99')
    expect(thin(20, [50])).toBe('')
    expect(thin(19, [50])).toBe('p50')
    expect(thin(1_000, [50, 99.9, 99.9])).toBe('p99.9')
    expect(thin(99_999, [99.99])).toBe('p99.99')
    expect(thin(999_999, [99.999])).toBe('p99.999')
  })

  test("N-40 too few connections: by Little's law, and no other reason hides it", () => {
    const connections = { there: 10, refused: 80, ratePerSecond: 100, heldMs: 250 }
    const { status, reasons } = judge({ ...GOOD, requests: 200, samples: 110, cpu: 0.95, connections })
    expect(status).toBe('generator-bound')
    expect(reasons.map(reason => reason.split(':')[0])).toEqual([
      'generator-bound',
      'too-few-connections',
      'too-few-samples',
    ])
    expect(reasons[1]).toBe(
      'too-few-connections: 80 of 200 requests got none of 10 connections in time: ' +
        '100/s that hold one for 250 ms each need 25 or more',
    )
    const slow = judge({ ...GOOD, connections: { ...connections, heldMs: 20 } }).reasons
    expect(slow[0]).toContain('need 2 on average, and more while the server is slower than that')
    const nobody = judge({ ...GOOD, connections: { ...connections, heldMs: NaN } }).reasons
    expect(nobody[0]).toContain('nobody could be connected to')
  })

  test('N-38 nothing succeeded: it says what failed, and gives the generator no advice', () => {
    const errors = { ECONNREFUSED: 90, TIMEOUT: 10 }
    const dead = { requests: 100, samples: 0, errors, cpu: 1, lateSends: 50, isOpenLoop: true }
    expect(judge({ ...GOOD, ...dead })).toEqual({
      status: 'nothing-succeeded',
      reasons: ['nothing-succeeded: none of 100 requests: ECONNREFUSED 90, TIMEOUT 10'],
    })
  })

  test('a percentile needs ten samples beyond it', () => {
    expect(thinPercentiles(100_000)).toEqual([])
    expect(thinPercentiles(99_999)).toEqual(['p99_99'])
    expect(thinPercentiles(10_000)).toEqual(['p99_99'])
    expect(thinPercentiles(1_000)).toEqual(['p99_9', 'p99_99'])
    expect(thinPercentiles(999)).toEqual(['p99', 'p99_9', 'p99_99'])
    expect(thinPercentiles(0)).toHaveLength(7)
  })
})
