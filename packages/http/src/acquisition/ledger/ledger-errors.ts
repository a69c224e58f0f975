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

/** Somebody or something has changed the ledger's file: what it holds cannot be trusted. */
export class DamagedLedgerError extends LedgerError {
  override readonly code = 'LEDGER_DAMAGED'

  /** `found`: what is wrong with it. */
  constructor(file: string, found: string, cause?: unknown) {
    super(
      `${file} is damaged (${found}); move it away, or start over with --fresh, which puts it aside`,
      file,
      cause,
    )
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

/** The ledger is for one process alone: no second one can take part in its run. */
export class JoinRefusedError extends LedgerError {
  override readonly code = 'LEDGER_JOIN_REFUSED'

  constructor(file: string) {
    super(
      `${file} is a ledger for one process: no other can join its run. Several need a ledger on a server`,
      file,
    )
  }
}

/** How many changes a message shows. */
const SHOWN_CHANGES = 5

/** A run that is not complete cannot go on under another plan. */
export class PlanChangedError extends AsyncPatternsError {
  readonly code = 'PLAN_CHANGED'
  /** Which parts differ: `northwind.mapping changed`, `source mercado added`. */
  readonly changes: readonly string[]

  constructor(changes: readonly string[]) {
    const rest = changes.length - SHOWN_CHANGES
    const shown = `${changes.slice(0, SHOWN_CHANGES).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
    super(
      `The last run is not complete, and it was begun with other settings: ${shown}. Undo the change to ` +
        'complete it, use another output folder, or start over with --fresh, which puts what was acquired aside',
    )
    this.changes = changes
  }
}

/** The ledger belongs to a pipeline of another name. */
export class OtherPipelineError extends AsyncPatternsError {
  readonly code = 'OTHER_PIPELINE'
  /** Whose ledger it is. */
  readonly owner: string

  constructor(file: string, owner: string, name: string) {
    super(
      `${file} belongs to the pipeline ${owner}, and this one is ${name}. Choose another output folder. If it ` +
        `is the same pipeline, say so in its file with "name: ${owner}". Or start over with --fresh, which ` +
        'puts what was acquired aside',
    )
    this.owner = owner
  }
}

/** Names what differs between two plans' parts, whose names are written `stream.part`. */
export function changesBetween(before: string, now: Readonly<Record<string, string>>): string[] {
  const old = JSON.parse(before) as Record<string, string>
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort()
  const [sourcesBefore, sourcesNow] = [sourcesOf(old), sourcesOf(now)]
  const changes = names.flatMap(name => {
    const source = sourceOf(name)
    if (!sourcesBefore.has(source)) return [`source ${source} added`]
    if (!sourcesNow.has(source)) return [`source ${source} removed`]
    if (old[name] === now[name]) return []
    const how = old[name] === undefined ? 'added' : now[name] === undefined ? 'removed' : 'changed'
    return [`${name} ${how}`]
  })
  return changes.length === 0 ? ['the order or number of sources changed'] : [...new Set(changes)]
}

const sourceOf = (name: string): string => name.slice(0, name.lastIndexOf('.'))

function sourcesOf(parts: Readonly<Record<string, string>>): ReadonlySet<string> {
  return new Set(Object.keys(parts).map(sourceOf))
}
