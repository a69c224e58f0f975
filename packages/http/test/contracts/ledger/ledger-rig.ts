import { ManualClock } from 'async-patterns/testing'
import { expect } from 'vitest'
import type { Ledger, OpenOptions, Run, RunPlan } from '../../../src/acquisition/ledger/ledger.js'
import type { Summary } from '../../../src/measurements/index.js'
import { summarise } from '../../../src/acquisition/summary/index.js'
import type { Claim, PageCommit, PageRef } from '../../../src/acquisition/ledger/page.js'

export const LEASE_MS = 30_000

/** One place where a ledger's data live; `open` may be called again after the ledger was disposed. */
export interface LedgerPlace {
  open(clock: ManualClock): Promise<Ledger>
  /** Opens the same ledger in a process of its own, and says what came of it. */
  openElsewhere(plan: RunPlan, options: OpenOptions): Promise<OpenedElsewhere>
  remove(): Promise<void>
}

export interface OpenedElsewhere {
  readonly opened: boolean
  /** Of the error, where it was refused. */
  readonly code?: string
  readonly message?: string
}

export interface Row {
  readonly id: string
  readonly title?: string
  readonly updatedAt?: string | null
  readonly price?: { amount: string; currency: string } | null
  readonly [field: string]: unknown
}

/** A ledger of its own for each test, with a run of the streams a and b in it. */
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
    await this.#open(planOf('a', 'b'), {})
  }

  async tearDown(): Promise<void> {
    await this.ledger[Symbol.asyncDispose]()
    await this.#place.remove()
  }

  /** As after a restart of the process. */
  async reopen(
    plan: RunPlan = planOf('a', 'b'),
    fresh = false,
    forgetWaits: readonly string[] = [],
  ): Promise<void> {
    await this.reopenWith(plan, { fresh, forgetWaits })
  }

  async reopenWith(plan: RunPlan, options: OpenOptions): Promise<void> {
    await this.ledger[Symbol.asyncDispose]()
    await this.#open(plan, options)
  }

  openElsewhere(plan: RunPlan, options: OpenOptions): Promise<OpenedElsewhere> {
    return this.#place.openElsewhere(plan, options)
  }

  async claim(id: string, worker = 'one'): Promise<Claim> {
    const [claimed] = await this.run.claim([id], worker, LEASE_MS)
    if (claimed === undefined) throw new Error(`${id} cannot be claimed`)
    return claimed
  }

  async commit(id: string, rows: readonly Row[], more: Partial<PageCommit> = {}): Promise<void> {
    const { results } = await this.run.commit([commitOf(await this.claim(id), rows, more)])
    expect(results).toEqual(['done'])
  }

  async finish(): Promise<string> {
    const status = await this.run.end('finished')
    await this.run.delivered()
    return status
  }

  async summary(): Promise<Summary> {
    return summarise(await this.run.data(), { products: true })
  }

  /** The first portion of each stream's pending pages. */
  async pending(...streams: string[]): Promise<PageRef[]> {
    const names = streams.length > 0 ? streams : ['a', 'b', 'c']
    return (await Promise.all(names.map(name => this.run.pending(name)))).flat()
  }

  async #open(plan: RunPlan, options: OpenOptions): Promise<void> {
    this.ledger = await this.#place.open(this.clock)
    this.run = await this.ledger.open(plan, options)
  }
}

export function pageOf(stream: string, ordinal: number, more: Partial<PageRef> = {}): PageRef {
  const id = `${stream}:page=${ordinal}`
  return { id, stream, ordinal, state: { page: ordinal }, tries: 0, notBefore: 0, ...more }
}

export function planOf(...streams: string[]): RunPlan {
  return {
    name: 'shops',
    configHash: streams.join(),
    parts: Object.fromEntries(streams.map(name => [`${name}.mapping`, 'a'])),
    version: '0.1.0',
    streams: streams.map(name => ({
      name,
      endpoint: `http://${name}.test/`,
      limitPerSecond: 5,
      numericFields: ['price'],
      fields: [],
      quality: {},
      partitions: [],
      first: () => [pageOf(name, 1)],
    })),
  }
}

export function commitOf(claim: Claim, rows: readonly Row[], more: Partial<PageCommit> = {}): PageCommit {
  const records = rows.map(row => ({
    id: row.id,
    updatedMs: typeof row.updatedAt === 'string' ? Date.parse(row.updatedAt) : null,
    json: JSON.stringify(row),
  }))
  return { claim, records, rejects: [], warnings: 0, redactions: 0, next: [], bytes: 100, ...more }
}
