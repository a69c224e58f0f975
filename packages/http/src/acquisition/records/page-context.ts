/** What a page's records may hold besides what its body says. Plain data: it crosses threads. */
export interface PageContext {
  /** As the ledger keeps it: records without an id of their own are told apart by it. */
  readonly pageId: string
  /** For hooks: its place in its sequence, from 1, and the state that its predecessor's `paginate` gave it. */
  readonly page?: { readonly number: number; readonly state?: unknown } | undefined
  /** Reference name to exact JSON text: `{ 'project.id': '17', state: '"open"' }`. */
  readonly partition?: Readonly<Record<string, string>> | undefined
  /** Canonical texts: dates in ISO 8601, UTC, with milliseconds; numbers as digits. */
  readonly window?: { readonly since?: string | undefined; readonly until?: string | undefined } | undefined
  /** When the run began, in ISO 8601. */
  readonly now: string
  /** The run's id. */
  readonly run: string
}
