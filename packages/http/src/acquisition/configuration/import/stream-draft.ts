import type { Auth } from './components/authentication.js'
import type { Parent } from './components/partitions.js'
import type { Json } from './emit/values.js'

/** A stream as the pipeline will have it, before it has its name there. */
export interface StreamDraft extends Parent {
  readonly baseUrl: string
  readonly auth: Auth
  /** Its keys; without its name, and the names of parents in `for` left open. */
  readonly config: Readonly<Record<string, Json | undefined>>
  readonly maxAttempts?: number | undefined
  /** What a person should look at. */
  readonly notes: readonly string[]
  readonly line: number
}
