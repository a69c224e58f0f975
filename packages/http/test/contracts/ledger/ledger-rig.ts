import { ManualClock } from 'async-patterns/testing'
import { expect } from 'vitest'
import type { Ledger, Run, RunPlan } from '../../../src/acquisition/ledger/ledger.js'
import type { Claim, PageCommit, PageRef } from '../../../src/acquisition/ledger/page.js'

export const LEASE_MS = 30_000

/** One place where a ledger's data live; `open` may be called again after the ledger was disposed. */
export interface LedgerPlace {
  open(clock: ManualClock): Promise<Ledger>
  remove(): Promise<void>
}

export interface Row {
  readonly id: string
  readonly title?: string
  readonly updatedAt?: string | null
  readonly price?: { amount: string; currency: string } | null
}

/** A ledger of its own for each test, with a run of the sources a and b in it. */
export class LedgerRig {
  clock!: ManualClock
  ledger!: Ledger
  run!: Run
  readonly #makePlace: () => Promise<LedgerPlace>
  #place!: LedgerPlace

  constructor(makePlace: () => Promise<LedgerPlace>) {
    this.#makePlace = makePlace
  }

  async setUp(): Promise<void> {
    this.#place = await this.#makePlace()
    this.clock = new ManualClock()
    await this.#open(planOf('a', 'b'), false)
  }

  async tearDown(): Promise<void> {
    await this.ledger[Symbol.asyncDispose]()
    await this.#place.remove()
  }

  /** As after a restart of the process. */
  async reopen(plan: RunPlan = planOf('a', 'b'), fresh = false): Promise<void> {
    await this.ledger[Symbol.asyncDispose]()
    await this.#open(plan, fresh)
  }

  async claim(id: string, worker = 'one'): Promise<Claim> {
    const [claimed] = await this.ledger.claim([id], worker, LEASE_MS)
    if (claimed === undefined) throw new Error(`${id} cannot be claimed`)
    return claimed
  }

  async commit(id: string, rows: readonly Row[], more: Partial<PageCommit> = {}): Promise<void> {
    expect(await this.ledger.commit([commitOf(await this.claim(id), rows, more)])).toEqual(['done'])
  }

  async finish(): Promise<string> {
    const status = await this.ledger.closeRun(this.run, 'finished')
    await this.ledger.delivered(this.run)
    return status
  }

  async #open(plan: RunPlan, fresh: boolean): Promise<void> {
    this.ledger = await this.#place.open(this.clock)
    this.run = await this.ledger.openRun(plan, { fresh })
  }
}

export function pageOf(source: string, ordinal: number, more: Partial<PageRef> = {}): PageRef {
  const id = `${source}:page=${ordinal}`
  return {
    id,
    source,
    ordinal,
    url: `http://${source}.test/?page=${ordinal}`,
    tries: 0,
    notBefore: 0,
    ...more,
  }
}

export function planOf(...sources: string[]): RunPlan {
  return {
    configHash: sources.join(),
    parts: Object.fromEntries(sources.map(name => [`${name}.mapping`, 'a'])),
    version: '0.1.0',
    sources: sources.map(name => ({
      name,
      endpoint: `http://${name}.test/`,
      limitPerSecond: 5,
      first: pageOf(name, 1),
    })),
  }
}

export function commitOf(claim: Claim, rows: readonly Row[], more: Partial<PageCommit> = {}): PageCommit {
  const records = rows.map(({ id, ...fields }) => ({ id, fields: { id, ...fields } }))
  return { claim, records, rejects: [], warnings: 0, redactions: 0, next: [], bytes: 100, ...more }
}
