import { AsyncPatternsError } from '../../core/index.js'

/** The reason with which an attempt is aborted when another one has won. */
export class HedgeLostError extends AsyncPatternsError {
  readonly code = 'HEDGE_LOST'
}
