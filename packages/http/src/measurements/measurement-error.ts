import { AsyncPatternsError } from 'async-patterns'

/**
 * What is wrong with a file of measurements: it cannot be read, it is no JSON, it is of another kind, it was
 * written by a later version, something in it is not as it should be, or its last line was cut off.
 */
export type MeasurementFault =
  | 'unreadable'
  | 'no-json'
  | 'wrong-kind'
  | 'newer-version'
  | 'invalid'
  | 'truncated'

/**
 * A file is not the measurement that was asked for. The message names the file, what was found and what is
 * allowed.
 */
export class MeasurementError extends AsyncPatternsError {
  readonly code = 'MEASUREMENT'
  readonly file: string
  readonly fault: MeasurementFault

  constructor(file: string, fault: MeasurementFault, message: string, cause?: unknown) {
    super(`${file}: ${message}`, { cause })
    this.file = file
    this.fault = fault
  }
}
