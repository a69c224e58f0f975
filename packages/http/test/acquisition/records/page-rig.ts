import type { NormalisedPage } from '../../../src/acquisition/records/normalised-page.js'
import { usablePage } from '../../../src/acquisition/records/normalised-page.js'
import { pageReader } from '../../../src/acquisition/records/normalise-page.js'
import type { PageContext } from '../../../src/acquisition/records/page-context.js'
import type { ReadingInstructions } from '../../../src/acquisition/records/reading-instructions.js'
import { Secrets } from '../../../src/acquisition/secrets/secrets.js'

export const context: PageContext = { pageId: 'shop:page=1', now: '2026-03-01T12:00:00.000Z', run: 'r1' }

/** A page as a thread reads it, whose body is the list of its records unless told. */
export function readPage(
  body: string,
  changes: Partial<ReadingInstructions> = {},
  told: Partial<PageContext> & { readonly secrets?: readonly string[] } = {},
): NormalisedPage {
  const { secrets = [], ...rest } = told
  const instructions: ReadingInstructions = {
    stream: 'shop',
    records: '',
    observe: [],
    paging: {},
    ...changes,
  }
  const read = pageReader(instructions, new Secrets(secrets))
  return usablePage(read(new Uint8Array(Buffer.from(body)), {}, { ...context, ...rest }))
}
