import { AsyncPatternsError } from 'async-patterns'
import { storageAdvice } from './storage-advice.js'

/** A file of results cannot be opened or written: disk full, read-only, damaged, not ours. */
export class WriterError extends AsyncPatternsError {
  readonly code = 'WRITER'
  readonly file: string

  constructor(message: string, file: string, cause?: unknown) {
    super(`${file}: ${message}`, { cause })
    this.file = file
  }
}

/** The file that was written is not the one that lies there now. */
export function takenAway(file: string): WriterError {
  return new WriterError('it was removed, renamed or replaced while it was written', file)
}

/** The error as a WriterError that says what to do. */
export function asWriterError(error: unknown, file: string): WriterError {
  if (error instanceof WriterError) return error
  const message = storageAdvice(error) ?? (error instanceof Error ? error.message : String(error))
  return new WriterError(message, file, error)
}
