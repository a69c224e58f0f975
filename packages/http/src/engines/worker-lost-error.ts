import { AsyncPatternsError } from 'async-patterns'

/** A worker of an engine ended by itself; its results are lost. Its own error, if it had one, is in `cause` or in the message. */
export class WorkerLostError extends AsyncPatternsError {
  readonly code = 'WORKER_LOST'
}
