import type { Clock } from 'async-patterns'
import { AsyncPatternsError } from 'async-patterns'
import type { Quiet } from './quiet.js'

/**
 * The server asked for quiet beyond what is waited for, or a quota is used up for longer: nothing more is asked
 * of it in this run.
 */
export class QuietError extends AsyncPatternsError {
  readonly code: 'QUIET' | 'QUOTA'
  readonly quiet: Quiet

  constructor(quiet: Quiet) {
    const { code = 'QUIET', askedBy } = quiet
    super(code === 'QUOTA' ? `${askedBy} is used up` : `The server asked for quiet by ${askedBy}`)
    this.code = code
    this.quiet = quiet
  }
}

/** A double may miss the end of a wait by this. */
const ROUNDING_MS = 1

/** The error to end with, where the quiet that holds is longer than what is waited out. */
export function tooLongQuiet(
  { quiet }: { readonly quiet: Quiet | undefined },
  longestMs: number,
  clock: Clock,
): QuietError | undefined {
  if (quiet === undefined || quiet.until - clock.now() <= longestMs + ROUNDING_MS) return undefined
  return new QuietError(quiet)
}
