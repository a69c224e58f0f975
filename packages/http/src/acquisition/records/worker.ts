import { workerData } from 'node:worker_threads'
import type { NormalisedPage } from './normalised-page.js'
import type { NormaliseInstructions, PageHeaders, PageNormaliser } from './normalise-page.js'
import { pageNormaliser } from './normalise-page.js'
import type { PageInvalidCode } from './page-invalid-error.js'
import { PageInvalidError } from './page-invalid-error.js'

/** One page on its way to a worker thread; `bytes` are transferred. */
export interface NormaliseTask {
  readonly source: string
  readonly bytes: Uint8Array
  readonly headers: PageHeaders
}

/** Plain data, because an error that crosses a thread loses its class. */
export type NormaliseAnswer =
  | { readonly ok: true; readonly page: NormalisedPage }
  | { readonly ok: false; readonly code: PageInvalidCode; readonly message: string }

const instructions = workerData as readonly NormaliseInstructions[]
const normalisers = new Map<string, PageNormaliser>(
  instructions.map(one => [one.source, pageNormaliser(one)]),
)

/** What the pool calls: an answer for each page, in the same order. What is wrong with one is no other's fault. */
export function normalise(tasks: readonly NormaliseTask[]): NormaliseAnswer[] {
  return tasks.map(answerTo)
}

function answerTo({ source, bytes, headers }: NormaliseTask): NormaliseAnswer {
  try {
    const normaliser = normalisers.get(source)
    if (normaliser === undefined)
      throw new RangeError(`source is ${JSON.stringify(source)}, which this pool does not know`)
    return { ok: true, page: normaliser(bytes, headers) }
  } catch (error) {
    if (error instanceof PageInvalidError) return { ok: false, code: error.code, message: error.message }
    return { ok: false, code: 'WORKER_DIED', message: `the worker thread failed: ${String(error)}` }
  }
}
