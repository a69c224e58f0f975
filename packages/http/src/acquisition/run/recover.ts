import type { Ledger, Run } from '../ledger/ledger.js'
import type { PageQueue } from '../queue/page-queue.js'
import type { SourceTrack } from './stream-progress.js'

/** Fills the queue, and what is known of the sources, from the ledger. */
export async function recover(
  ledger: Ledger,
  run: Run,
  tracks: ReadonlyMap<string, SourceTrack>,
  queue: PageQueue,
): Promise<void> {
  for (const page of await ledger.known(run)) tracks.get(page.source)?.remember(page)
  for (let after: string | undefined; ; ) {
    const pages = await ledger.pending(run, after)
    if (pages.length === 0) return
    for (const page of pages) tracks.get(page.source)?.expect(page)
    await queue.add(pages)
    after = pages.at(-1)?.id
  }
}
