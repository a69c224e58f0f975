import type { Allowance } from './quality.js'
import type { StreamCounts } from './run-data.js'

/** Why a stream's results are not good enough, although no page of it is left. */
export interface Shortfall {
  readonly code:
    | 'ALL_REJECTED'
    | 'TOO_MANY_REJECTED'
    | 'TOO_MANY_MISSING'
    | 'TOTAL_UNKNOWN'
    | 'TOO_FEW_RECORDS'
  readonly message: string
}

/**
 * How many records of the source's total are not there, neither taken nor rejected nor left out; null where it
 * tells none.
 */
export function missingOf(stream: StreamCounts): number | null {
  const { reportedTotal, uniqueIds, distinctRejects, filtered } = stream
  return reportedTotal === null ? null : Math.max(0, reportedTotal - uniqueIds - distinctRejects - filtered)
}

/** All that the results fall short in. That every record was rejected is never good enough. */
export function shortfallsOf(stream: StreamCounts): readonly Shortfall[] {
  const { uniqueIds, rejectedRecords, quality } = stream
  const { minRecords = 0 } = quality
  const found = [rejectedShortfall(stream), missingShortfall(stream)].filter(one => one !== undefined)
  if (rejectedRecords > 0 && uniqueIds === 0)
    found.unshift({ code: 'ALL_REJECTED', message: `All ${rejectedRecords} records were rejected` })
  if (uniqueIds < minRecords) {
    const message = `${uniqueIds} records came; at least ${minRecords} must (quality.minRecords)`
    found.push({ code: 'TOO_FEW_RECORDS', message })
  }
  return found
}

function rejectedShortfall({ uniqueIds, rejectedRecords, quality }: StreamCounts): Shortfall | undefined {
  const { maxRejected } = quality
  const came = uniqueIds + rejectedRecords
  if (maxRejected === undefined || rejectedRecords <= allowed(maxRejected, came)) return undefined
  const message = `${rejectedRecords} of ${came} records were rejected; at most ${maxRejected} may (quality.maxRejected)`
  return { code: 'TOO_MANY_REJECTED', message }
}

function missingShortfall(stream: StreamCounts): Shortfall | undefined {
  const { maxMissing } = stream.quality
  const missing = missingOf(stream)
  if (maxMissing === undefined) return undefined
  if (missing === null)
    return { code: 'TOTAL_UNKNOWN', message: 'The source told no total, which quality.maxMissing needs' }
  const total = stream.reportedTotal ?? 0
  if (missing <= allowed(maxMissing, total)) return undefined
  const message = `${missing} of ${total} records are missing; at most ${maxMissing} may (quality.maxMissing)`
  return { code: 'TOO_MANY_MISSING', message }
}

function allowed(allowance: Allowance, of: number): number {
  return typeof allowance === 'number' ? allowance : (Number.parseFloat(allowance) / 100) * of
}
