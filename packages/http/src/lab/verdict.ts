import { isThin, MIN_SAMPLES_BEYOND } from '../measurements/index.js'
import type { MeasurementVerdict, VerdictStatus } from '../measurements/index.js'
import { portAdvice } from './load/port-errors.js'

/** What a verdict follows from. */
export interface VerdictEvidence {
  readonly isOpenLoop: boolean
  /** Codes of what this machine ran out of. */
  readonly portErrors: readonly string[]
  /** Of the busiest thread: shares of the time in which it ran, and in which it was ready but had no core. */
  readonly cpu: number
  readonly cpuWait: number
  readonly lateSends: number
  /** All requests. */
  readonly requests: number
  /** How many of them failed, by class. */
  readonly errors: Readonly<Record<string, number>>
  /** Those that succeeded: the ones in the histograms that are shown. */
  readonly samples: number
  /** The percentiles that objectives are about; where there are none, p99 is judged. */
  readonly percentiles: readonly number[]
  readonly connections: ConnectionNeed
  /** Requests that ended in the first and in the second half, from the end of the ramp to that of sending. */
  readonly halves: readonly [number, number]
  /** A difference of the halves that chance alone explains. */
  readonly noise: number
  /** From the end of sending to the last response, and what is usual for that. */
  readonly tailMs: number
  readonly usualTailMs: number
}

/** What an open loop asks of its connections. */
interface ConnectionNeed {
  readonly there: number
  /** Requests that got none in time. */
  readonly refused: number
  /** NaN in a closed loop. */
  readonly ratePerSecond: number
  /** How long a request holds one, on average, that of making it included; NaN when none was sent. */
  readonly heldMs: number
}

interface Finding {
  readonly status: VerdictStatus
  readonly reason: string
}

const MAX_BUSY = 0.9
const MAX_LATE = 0.01
const MAX_DIFFERENCE = 0.1
const USUAL_PERCENTILES = [99]

export function judge(evidence: VerdictEvidence): MeasurementVerdict {
  const findings = [
    ...portBound(evidence),
    ...nothingSucceeded(evidence),
    ...generatorBound(evidence),
    ...tooFewConnections(evidence),
    ...tooFewSamples(evidence),
    ...notSteady(evidence),
  ]
  const reasons = findings.map(({ status, reason }) => `${status}: ${reason}`)
  return { status: findings[0]?.status ?? 'valid', reasons }
}

function portBound({ portErrors }: VerdictEvidence): Finding[] {
  return portErrors.map(code => ({ status: 'port-bound', reason: portAdvice(code) }))
}

function nothingSucceeded({ samples, requests, errors }: VerdictEvidence): Finding[] {
  if (samples > 0) return []
  const failed = Object.entries(errors).map(([name, count]) => `${name} ${count}`)
  const found = requests === 0 ? 'no request ended' : `none of ${requests} requests: ${failed.join(', ')}`
  return [{ status: 'nothing-succeeded', reason: found }]
}

/** Where nothing succeeded there is nothing that the generator could have spoiled. */
function generatorBound(evidence: VerdictEvidence): Finding[] {
  const { cpu, cpuWait, lateSends, requests, isOpenLoop, samples } = evidence
  const reasons: string[] = []
  if (samples === 0) return []
  if (cpu + cpuWait > MAX_BUSY)
    reasons.push(`${busy(cpu, cpuWait)}: ${isOpenLoop ? OPEN_ADVICE : CLOSED_NOTE}`)
  if (lateSends > MAX_LATE * requests) {
    reasons.push(`${lateSends} of ${requests} requests were sent more than 1 ms late: ${OPEN_ADVICE}`)
  }
  return reasons.map(reason => ({ status: 'generator-bound', reason }))
}

const OPEN_ADVICE = 'use more workers, a lower rate or a faster machine'
const CLOSED_NOTE = 'the rate is what the generator can do, and the server may be able to do more'

function busy(cpu: number, cpuWait: number): string {
  const percent = (share: number): string => `${Math.round(share * 100)} %`
  const waited = cpuWait < 0.01 ? '' : ` and waited for one in ${percent(cpuWait)} of the time`
  return `the generator's thread used ${percent(cpu)} of a core${waited}`
}

/** By Little's law as many are held at a time as requests come in the time that one holds its connection. */
function tooFewConnections({ connections, requests }: VerdictEvidence): Finding[] {
  const { there, refused, ratePerSecond, heldMs } = connections
  if (refused === 0) return []
  const found = `${refused} of ${requests} requests got none of ${there} connections in time`
  const needed = Math.ceil((ratePerSecond * heldMs) / 1_000)
  const held = `${ratePerSecond}/s that hold one for ${heldMs.toFixed(heldMs < 100 ? 1 : 0)} ms each`
  const advice = Number.isNaN(needed)
    ? 'nobody could be connected to'
    : needed > there
      ? `${held} need ${needed} or more`
      : `${held} need ${needed} on average, and more while the server is slower than that`
  return [{ status: 'too-few-connections', reason: `${found}: ${advice}` }]
}

function tooFewSamples({ samples, percentiles }: VerdictEvidence): Finding[] {
  const judged = percentiles.length === 0 ? USUAL_PERCENTILES : [...new Set(percentiles)]
  const thin = judged.filter(percent => isThin(samples, percent)).map(percent => `p${percent}`)
  if (samples === 0 || thin.length === 0) return []
  const reason = `of ${samples} samples fewer than ${MIN_SAMPLES_BEYOND} lie beyond ${thin.join(', ')}`
  return [{ status: 'too-few-samples', reason }]
}

function notSteady({ halves: [first, second], noise, tailMs, usualTailMs }: VerdictEvidence): Finding[] {
  const reasons: string[] = []
  const difference = Math.abs(first - second)
  if (difference > MAX_DIFFERENCE * Math.max(first, second) && difference > noise) {
    reasons.push(`${Math.round(first)} requests ended in the first half, ${Math.round(second)} in the second`)
  }
  if (tailMs > usualTailMs) {
    reasons.push(`the last response came ${Math.round(tailMs)} ms after sending had ended`)
  }
  return reasons.map(reason => ({ status: 'not-steady', reason }))
}
