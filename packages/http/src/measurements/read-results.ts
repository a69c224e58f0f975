import { createReadStream } from 'node:fs'
import { checkShape, newerVersion, shown } from './check-shape.js'
import { MeasurementError } from './measurement-error.js'
import { resultRecordSchema } from './result-record.js'
import type { ResultRecord } from './result-record.js'

/** Of a line; one that names none is of version 1. */
const VERSION = 1

interface Line {
  /** From 1. */
  readonly number: number
  readonly text: string
  /** It ends in a newline. */
  readonly isWhole: boolean
}

/**
 * The results that `load --jsonl-out` or `bench --jsonl-out` has written, one by one and in constant memory.
 * Throws MeasurementError when the file cannot be read or a line is no result; `truncated` when the last line
 * was cut off while it was written: all results before it have been given by then.
 */
export async function* readResults(file: string): AsyncGenerator<ResultRecord, void> {
  for await (const line of linesOf(file)) yield resultOf(file, line)
}

function resultOf(file: string, line: Line): ResultRecord {
  const at = `line ${line.number}`
  const value = parse(file, line)
  const { kind, benchmark, version = VERSION } = (value ?? {}) as Readonly<Record<string, unknown>>
  if (kind !== undefined || benchmark !== undefined) {
    const found = `it is of the kind ${shown(kind ?? benchmark)}`
    throw new MeasurementError(file, 'wrong-kind', `${at}: ${found}; allowed is the result of one request`)
  }
  if (version !== VERSION) throw newerVersion(file, `${at} is a result`, version, VERSION)
  return checkShape(file, at, resultRecordSchema, value)
}

function parse(file: string, { number, text, isWhole }: Line): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const at = `line ${number}`
    throw isWhole
      ? new MeasurementError(file, 'no-json', `${at} is ${shown(text)}; allowed is JSON`, error)
      : new MeasurementError(
          file,
          'truncated',
          `its last line, ${number}, was cut off: ${shown(text)}`,
          error,
        )
  }
}

async function* linesOf(file: string): AsyncGenerator<Line, void> {
  let number = 0
  let rest = ''
  for await (const chunk of chunksOf(file)) {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop() as string
    for (const text of parts) yield { number: ++number, text, isWhole: true }
  }
  if (rest !== '') yield { number: number + 1, text: rest, isWhole: false }
}

async function* chunksOf(file: string): AsyncGenerator<string, void> {
  try {
    yield* createReadStream(file, 'utf8') as AsyncIterable<string>
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new MeasurementError(file, 'unreadable', `it cannot be read: ${why}`, error)
  }
}
