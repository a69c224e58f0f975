import type { AcquireEvent, Summary } from '../../acquisition/index.js'

/** What shows a run while it goes on. */
export interface Progress extends Disposable {
  show(event: AcquireEvent): void
  /** Takes away what is not to stay, and says where the results lie if nobody else does. */
  end(summary: Summary, paths: Readonly<Record<string, string>>): void
}
