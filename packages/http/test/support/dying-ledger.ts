import type { Run } from '../../src/acquisition/ledger/index.js'
import { SqliteLedger } from '../../src/acquisition/ledger/sqlite/sqlite-ledger.js'

/** What a process that was killed would have done next. */
export class Killed extends Error {
  override readonly name = 'Killed'
}

/**
 * A ledger as a process has it that is killed with a commit, before or after it is written: from then on nothing
 * reaches the file any more, whatever the program still tries. Stands in for SIGKILL where there are many kills.
 */
export class DyingLedger extends SqliteLedger {
  #left: number
  readonly #isWritten: boolean
  #isDead = false

  /** `pages`: so many are committed before. */
  constructor(file: string, { pages, isWritten }: { readonly pages: number; readonly isWritten: boolean }) {
    super({ file })
    this.#left = pages
    this.#isWritten = isWritten
  }

  get isDead(): boolean {
    return this.#isDead
  }

  override async open(...given: Parameters<SqliteLedger['open']>): ReturnType<SqliteLedger['open']> {
    const run = await super.open(...given)
    return new Proxy(run, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target)
        if (typeof value !== 'function') return value
        return (...args: unknown[]): unknown => {
          if (this.#isDead) throw new Killed(String(name))
          const call = (): unknown => Reflect.apply(value, target, args)
          return name === 'commit' ? this.#commit(args as Parameters<Run['commit']>, call) : call()
        }
      },
    })
  }

  async #commit([pages]: Parameters<Run['commit']>, call: () => unknown): Promise<unknown> {
    this.#left -= pages.length
    if (this.#left >= 0) return await call()
    this.#isDead = true
    if (this.#isWritten) await call()
    throw new Killed('commit')
  }
}
