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
  samples: 100_000,
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
    expect(statusOf({ samples: 99_999 })).toBe('too-few-samples')
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

  test('a percentile needs ten samples beyond it', () => {
    expect(thinPercentiles(100_000)).toEqual([])
    expect(thinPercentiles(99_999)).toEqual(['p99_99'])
    expect(thinPercentiles(10_000)).toEqual(['p99_99'])
    expect(thinPercentiles(1_000)).toEqual(['p99_9', 'p99_99'])
    expect(thinPercentiles(999)).toEqual(['p99', 'p99_9', 'p99_99'])
    expect(thinPercentiles(0)).toHaveLength(7)
  })
})
