import { BrokenRow } from '../broken-row.js'
import { rootsIn } from '../computed-fields.js'
import { MARK } from '../child-plans.js'
import { isRecord } from '../is-record.js'
import type { PageContext } from '../page-context.js'
import { shown, Unreadable } from '../unreadable.js'
import { answerOf, hookFailure, thrownText } from './hook-failure.js'
import { LeftOutRow } from './left-out-row.js'
import { checkedNext } from './next-page.js'
import { jsonValue, plainValue } from './plain-value.js'
import type { HookResponse, PagedResponse, PageHookContext, ReadingHooks } from './reading-hooks.js'

/** The hooks of a stream at one page: what they are given, and what is checked of what they give back. */
export class PageHooks {
  readonly hooks: ReadingHooks
  readonly #stream: string
  readonly #context: PageHookContext

  constructor(stream: string, hooks: ReadingHooks, context: PageContext | undefined) {
    this.#stream = stream
    this.hooks = hooks
    this.#context = hookContext(stream, context)
  }

  /** The rows that `extract` finds. @throws PageInvalidError (rejects) for what is no list of values. */
  async extracted(response: HookResponse): Promise<unknown[]> {
    const found = await this.#ask('extract', () => this.hooks.extract?.(response, this.#context))
    if (!isIterable(found))
      throw hookFailure('extract', this.#stream, `returned ${shown(found)}; allowed is a list of records`)
    return await this.#ask('extract', async () => {
      const rows: unknown[] = []
      for await (const row of found) rows.push(jsonValue(row))
      return rows
    })
  }

  /** What `transform` makes of rows: of one that it cannot take a broken one, which is a reject. */
  async transformed(rows: readonly unknown[]): Promise<unknown[]> {
    const made: unknown[] = []
    for (const row of rows) made.push(isPlain(row) ? await this.#transformed(row) : row)
    return made
  }

  async #transformed(row: Readonly<Record<string, unknown>>): Promise<unknown> {
    const broken = (problem: string): BrokenRow =>
      new BrokenRow(row, new Unreadable('HOOK_FAILED', `hooks.transform ${problem}`))
    try {
      const record = plainValue(row) as Record<string, unknown>
      const made = await this.hooks.transform?.(record, this.#context)
      if (made === undefined) return new LeftOutRow(row)
      const value = jsonValue(made)
      return isRecord(value) ? value : broken(`returned ${shown(value)}; allowed is a record or undefined`)
    } catch (error) {
      return broken(thrownText(error))
    }
  }

  /** What the next page is asked for with, as JSON; null at the end. */
  async next(response: PagedResponse): Promise<string | null> {
    const next = await this.#ask('paginate', () => this.hooks.paginate?.(response, this.#context))
    return checkedNext(next, this.#stream)
  }

  #ask<T>(hook: string, call: () => T): Promise<Awaited<T>> {
    return answerOf(hook, this.#stream, call)
  }
}

/** Rows that could not be read are rejects already. */
function isPlain(row: unknown): row is Readonly<Record<string, unknown>> {
  return isRecord(row) && (row.constructor === Object || row.constructor === undefined)
}

function isIterable(value: unknown): value is Iterable<unknown> | AsyncIterable<unknown> {
  return (
    typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value)
  )
}

function hookContext(stream: string, context: PageContext | undefined): PageHookContext {
  const { partition = {}, window = {}, now = '', run = '', page = { number: 1 } } = context ?? {}
  const { [MARK]: _mark, ...told } = partition
  return {
    stream,
    page: { number: page.number, state: page.state },
    parts: rootsIn(told),
    ...window,
    now,
    run,
  }
}
