import type { Clock, Within } from 'async-patterns'
import type { Transport, TransportRequest, TransportResponse } from '../../../engines/index.js'
import type { SchemaParts, SchemaShape } from '../../schema/index.js'
import type { Secrets } from '../../secrets/index.js'
import type { KeptCredentials } from './kept-credentials.js'
import type { Tokens } from './tokens.js'

/** A request that carries its credentials. */
export type OutgoingRequest = TransportRequest

/** Puts credentials into requests. */
export interface Authorizer {
  /** The request with its credentials; the one given is not changed. */
  authorize(request: TransportRequest, within: Within): Promise<OutgoingRequest>
  /** Told when the answer to a request, as `authorize` gave it, was taken: its credentials are good. */
  accepted?(sent: OutgoingRequest): void
  /**
   * Asked when a rule says that a response refuses the credentials of a request, as `authorize` gave it:
   * `again` when they were renewed and another try may help. A page asks once. Default: `final`.
   */
  refused?(sent: OutgoingRequest, response: TransportResponse, within: Within): Promise<'again' | 'final'>
}

/** What an authorizer may use. */
export interface AuthorizerParts {
  /** Of the stream that it is for. */
  readonly stream: string
  /** The API that the stream belongs to. */
  readonly source: string
  /** Of the source: credentials go to its origin, and to those in `allow`. */
  readonly baseUrl: string
  /** Origins that the file names beside it. Default none. */
  readonly allow?: readonly string[] | undefined
  /** Shared by all streams of a run, so that a token serves all that ask for it by the same name. */
  readonly tokens: Tokens
  /** What must outlive the run: rotated refresh tokens. */
  readonly kept: KeptCredentials
  /**
   * For requests of the authorizer's own, to whatever the file names; by the proxy and the certificates of the
   * source. They depart without leave of its rate limit: one serves thousands of pages, and a page that has its
   * leave already would otherwise wait for a token that waits behind it.
   */
  readonly transport: Transport
  /** Learns whatever credential comes into being. */
  readonly secrets: Secrets
  readonly clock: Clock
}

/** Something wrong with an option, or with several together, that the schema of each cannot see. */
export interface OptionProblem {
  readonly option: string
  /** What the option may be, as in "allowed is ...". */
  readonly allowed: string
}

/** A way to authorize. To add one: a file beside this, and a line in `kinds.ts`. */
export interface AuthKind<O extends { readonly type: string }> {
  readonly type: O['type']
  /** The keys of `auth` in a pipeline file, beside `type`. */
  readonly schema: (parts: SchemaParts) => SchemaShape
  /** What is wrong with options that the schema has taken. Default: nothing. */
  readonly problems?: (options: O) => readonly OptionProblem[]
  readonly create: (options: O, parts: AuthorizerParts) => Authorizer
}
