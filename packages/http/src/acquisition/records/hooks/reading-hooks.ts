/** What code that reads a page knows of it. */
export interface PageHookContext {
  /** Full name of the stream. */
  readonly stream: string
  readonly page: {
    /** From 1, within its sequence. */
    readonly number: number
    /** The `state` that `paginate` gave the page; undefined of the first one. */
    readonly state: unknown
  }
  /** Values of the stream's parts, by name: `{ project: { id: 17 }, state: 'open' }`. */
  readonly parts: Readonly<Record<string, unknown>>
  /** Where the stream has a `since`: from when on it is asked for, as a canonical text. */
  readonly since?: string | undefined
  readonly until?: string | undefined
  /** When the run began, in ISO 8601. */
  readonly now: string
  /** The run's id. */
  readonly run: string
}

/** A response that was taken for a page. */
export interface HookResponse {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly bytes: Uint8Array
  /** The bytes as text, by the charset that the response names. Read when it is asked for. */
  readonly text: string
  /**
   * What the stream's `format` makes of it: of JSON the value, of others the list of rows. Numbers that a double does
   * not hold are texts. Read when it is asked for; what is no such format fails the page, as without a hook.
   */
  readonly body: unknown
}

/** The same, with what was found in it. */
export interface PagedResponse extends HookResponse {
  /** The records as they came, before `transform` and `where`. */
  readonly records: readonly unknown[]
}

/** What a page's successor is asked for with, beside what the stream itself says. */
export interface NextPage {
  readonly query?: Readonly<Record<string, string | number>>
  readonly headers?: Readonly<Record<string, string | number>>
  /** By paths in the stream's `body`: `{ 'variables.after': 'x' }`. */
  readonly body?: Readonly<Record<string, string | number>>
  /** What follows the stream's path: `/page/2`. */
  readonly path?: string
  /** Or the whole URL, absolute or relative to that of the page. */
  readonly url?: string
  /** What the next call is to know: JSON, which is stored with the page and is there after a restart too. */
  readonly state?: unknown
}

type Answer<T> = T | PromiseLike<T>

/** Code that reads pages. Plain functions: each page may be read in another thread, and again after a restart. */
export interface ReadingHooks {
  /** Takes the records out of a response, in place of `records`. */
  extract?(
    response: HookResponse,
    context: PageHookContext,
  ): Answer<Iterable<unknown>> | AsyncIterable<unknown>
  /** Makes another record of each, before `where` and all that is behind it; undefined leaves it out. */
  transform?(record: Readonly<Record<string, unknown>>, context: PageHookContext): Answer<object | undefined>
  /** Says how the next page is asked for; undefined or null where there is none. */
  paginate?(response: PagedResponse, context: PageHookContext): Answer<NextPage | undefined | null>
}

export const READING_HOOKS = ['extract', 'transform', 'paginate'] as const

/** Where a thread finds the hooks of a stream: by name the place in the default export of a module. */
export interface HookModule {
  /** As `import` takes it. */
  readonly url: string
  readonly places: Readonly<Record<string, readonly (string | number)[]>>
}
