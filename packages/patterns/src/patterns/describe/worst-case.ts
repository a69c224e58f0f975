import type { PolicyDescription } from '../../core/index.js'

/** What a stack does to one call, and to the remote, when all goes as badly as it can. */
export interface WorstCase {
  /** How often the operation is run for one call, at most. */
  readonly attempts: number
  /** The longest that one call waits for us: for permits, rates, and between attempts. In milliseconds. */
  readonly waitMs: number
  /**
   * The longest until the caller has an answer, in milliseconds; Infinity where nothing limits the operation.
   */
  readonly durationMs: number
  /**
   * By how much the stack multiplies the load of a remote that answers no call well: attempts for each call
   * in the long run. Budgets make it less than `attempts`.
   */
  readonly loadAmplification: number
}

/** The operation itself: nobody knows how long it takes. */
const OPERATION: WorstCase = Object.freeze({
  attempts: 1,
  waitMs: 0,
  durationMs: Infinity,
  loadAmplification: 1,
})

/** From the operation outwards: what each layer makes of the worst that is inside it. */
export function worstCaseOf(layers: readonly PolicyDescription[]): WorstCase {
  return layers.reduceRight(around, OPERATION)
}

function around(inside: WorstCase, layer: PolicyDescription): WorstCase {
  const { attempts = 1, limitMs = Infinity, cooperative = false } = layer
  const { waitMs, durationMs } = layer.role === 'hedge' ? sideBySide(inside, layer) : inTurn(inside, layer)
  return {
    attempts: attempts * inside.attempts,
    waitMs: Math.min(waitMs, limitMs),
    // Waits obey the signal; an operation that is waited for need not.
    durationMs: cooperative ? durationMs : Math.min(durationMs, limitMs),
    loadAmplification: (layer.loadAmplification ?? attempts) * inside.loadAmplification,
  }
}

type Times = Pick<WorstCase, 'waitMs' | 'durationMs'>

function inTurn(inside: WorstCase, { attempts = 1, waitMs = 0 }: PolicyDescription): Times {
  return {
    waitMs: times(attempts, inside.waitMs) + waitMs,
    durationMs: times(attempts, inside.durationMs) + waitMs,
  }
}

/** A further attempt starts only beside one that runs, so it is never later than that one's end. */
function sideBySide(inside: WorstCase, { attempts = 1, waitMs = 0 }: PolicyDescription): Times {
  const lastStartMs = Math.min(waitMs, times(attempts - 1, inside.durationMs))
  return { waitMs: inside.waitMs, durationMs: lastStartMs + inside.durationMs }
}

/** Without end of nothing is nothing. */
function times(count: number, ms: number): number {
  return ms === 0 || count === 0 ? 0 : count * ms
}
