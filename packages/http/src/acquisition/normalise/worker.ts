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

/** What the pool calls for each page. */
export function normalise({ source, bytes, headers }: NormaliseTask): NormaliseAnswer {
  const normaliser = normalisers.get(source)
  if (normaliser === undefined)
    throw new RangeError(`source is ${JSON.stringify(source)}, which this pool does not know`)
  try {
    return { ok: true, page: normaliser(bytes, headers) }
  } catch (error) {
    if (error instanceof PageInvalidError) return { ok: false, code: error.code, message: error.message }
    throw error
  }
}
