import { AsyncPatternsError } from 'async-patterns'

/** The ledger cannot be read or written: disk full, read-only, damaged. Nothing was half-written. */
export class LedgerError extends AsyncPatternsError {
  readonly code: string = 'LEDGER'
  readonly file: string

  constructor(message: string, file: string, cause?: unknown) {
    super(message, { cause })
    this.file = file
  }
}

/** Another process holds the ledger. It frees it when it ends, however it ends. */
export class LedgerLockedError extends LedgerError {
  override readonly code = 'LEDGER_LOCKED'
  /** The process that holds it, when it is known. */
  readonly pid: number | undefined

  constructor(file: string, pid: number | undefined, cause?: unknown) {
    const holder = pid === undefined ? 'another process' : `process ${pid}`
    super(`${file} is in use by ${holder}; wait for it to end, or choose another output folder`, file, cause)
    this.pid = pid
  }
}

/** The ledger was filled by another plan. */
export class PlanChangedError extends AsyncPatternsError {
  readonly code = 'PLAN_CHANGED'
  /** Which parts differ: `northwind.mapping changed`, `mercado.source added`. */
  readonly changes: readonly string[]

  constructor(changes: readonly string[]) {
    super(
      `The ledger was filled with other settings: ${changes.join(', ')}. ` +
        'Undo the change, use another output folder, or start over with --fresh, which puts what was acquired aside',
    )
    this.changes = changes
  }
}
