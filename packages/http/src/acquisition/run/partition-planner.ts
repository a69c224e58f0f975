import type { Clock, Context, Random, Within } from 'async-patterns'
import { Timeout, TimeoutError } from 'async-patterns'
import { errorCode } from '../../engines/index.js'
import type { FetchedPage, FetchObserver } from '../fetch/index.js'
import { NO_RECORDS, RetryLadder } from '../fetch/index.js'
import type { PageRef, Run } from '../ledger/index.js'
import { answerOf, childrenReader, hookFailure, inTime, jsonValue } from '../records/index.js'
import type { Secrets } from '../secrets/index.js'
import type { PartitionHook, StreamConfig } from '../streams/index.js'
import { hookPlanOf } from '../streams/index.js'
import { isoOf } from '../summary/index.js'

export interface PartitionPlannerParts {
  readonly stream: StreamConfig
  readonly hook: PartitionHook
  /** What the stream's references call the hook's records. */
  readonly as: string
  readonly run: Pick<Run, 'id' | 'startedAt'>
  readonly secrets: Secrets
  readonly observer: Pick<FetchObserver, 'attemptFailed'>
  readonly clock: Clock
  readonly random?: Random | undefined
}

/** So many values are committed together. */
const PORTION = 1_000

/** How long a value may take where the limits say nothing of it. */
const PAGE_TIME_MS = 10_000

/** The values of a hook, on their way. */
interface Values {
  readonly iterator: AsyncIterator<object> | Iterator<object>
  readonly controller: AbortController
}

/**
 * Asks a partition hook for its values, a portion for each page that is handed in. Between portions the hook stays
 * where it is. After a restart or a failure it is asked anew from its beginning: parts that are known already are
 * recognised by their ids, so it may give them in another order.
 */
export class PartitionPlanner {
  readonly #parts: PartitionPlannerParts
  readonly #retries: RetryLadder
  readonly #timeout: Timeout
  #values: Values | undefined

  constructor(parts: PartitionPlannerParts) {
    const { stream, clock, random } = parts
    this.#parts = parts
    this.#retries = new RetryLadder(stream.limits.retry, clock, random)
    this.#timeout = new Timeout({ timeoutMs: stream.limits.pageTimeMs ?? PAGE_TIME_MS, clock })
  }

  /** The next values, as children of the page. It rejects and is retried as the fetch of a page is. */
  portion(page: PageRef, within: Within): Promise<FetchedPage> {
    return this.#retries.after(page.tries).execute(context => this.#attempt(page, context), within)
  }

  async #attempt(page: PageRef, context: Context): Promise<FetchedPage> {
    try {
      return await this.#taken(context)
    } catch (error) {
      this.#values?.controller.abort(error)
      this.#values = undefined
      if (!context.aborted) {
        const attempt = page.tries + context.attempt
        this.#parts.observer.attemptFailed(page, attempt, errorCode(error), (error as Error).message)
      }
      throw error
    }
  }

  async #taken(context: Context): Promise<FetchedPage> {
    const { stream, as, secrets } = this.#parts
    const values = (this.#values ??= await this.#begin())
    const found = childrenReader([hookPlanOf(stream, { as })], secrets)?.()
    let hasMore = true
    for (let count = 0; hasMore && count < PORTION; count += 1) {
      const { done = false, value } = await this.#next(values, context)
      hasMore = !done
      if (hasMore) found?.add(this.#checked(value), {})
    }
    if (!hasMore) this.#values = undefined
    const content = { ...NO_RECORDS, ...found?.planned(), paging: { hasMore } }
    return { content, headers: {}, bytes: 0, url: stream.baseUrl, reservation: { release: () => undefined } }
  }

  async #begin(): Promise<Values> {
    const { stream, hook, run } = this.#parts
    const controller = new AbortController()
    const { signal } = controller
    const now = isoOf(run.startedAt)
    const values: unknown = await answerOf('partition', stream.name, () =>
      hook({ stream: stream.name, now, run: run.id, signal }),
    )
    const iterator = iteratorOf(values)
    if (iterator === undefined)
      throw hookFailure('partition', stream.name, `returned a ${typeof values}; allowed is a list of objects`)
    return { iterator, controller }
  }

  async #next({ iterator }: Values, context: Context): Promise<IteratorResult<object, unknown>> {
    const { name } = this.#parts.stream
    try {
      return await inTime(this.#timeout, () => answerOf('partition', name, () => iterator.next()), context)
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error
      throw hookFailure('partition', name, `has given no value within ${this.#timeout.timeoutMs} ms`, error)
    }
  }

  /** As JSON has it: it is stored with the part's pages. */
  #checked(value: unknown): unknown {
    const { name } = this.#parts.stream
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw hookFailure('partition', name, `gave ${String(value)}; allowed is an object such as { id: 17 }`)
    try {
      return jsonValue(value)
    } catch (error) {
      throw hookFailure('partition', name, `gave what has no JSON (${(error as Error).message})`, error)
    }
  }
}

function iteratorOf(values: unknown): Values['iterator'] | undefined {
  if (typeof values !== 'object' || values === null) return undefined
  const { [Symbol.asyncIterator]: later, [Symbol.iterator]: now } = values as Partial<
    AsyncIterable<object> & Iterable<object>
  >
  return later?.call(values) ?? now?.call(values)
}
