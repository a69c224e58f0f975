import type { Clock, Within } from 'async-patterns'
import type { Transport, TransportRequest, TransportResponse } from '../../../engines/index.js'
import type { SchemaParts, SchemaShape } from '../../schema/index.js'
import type { Tokens } from './tokens.js'

/** A request that carries its credentials. */
export type OutgoingRequest = TransportRequest

/** Puts credentials into requests. */
export interface Authorizer {
  /** The request with its credentials; the one given is not changed. */
  authorize(request: TransportRequest, within: Within): Promise<OutgoingRequest>
  /**
   * Asked when a rule says that a response refuses the credentials: `again` when they were renewed and
   * another try may help. Default: `final`.
   */
  refused?(response: TransportResponse, within: Within): Promise<'again' | 'final'>
}

/** What an authorizer may use. */
export interface AuthorizerParts {
  /** Of the stream that it is for. */
  readonly stream: string
  readonly tokens: Tokens
  readonly transport: Transport
  readonly clock: Clock
}

/** A way to authorize. To add one: a file beside this, and a line in `kinds.ts`. */
export interface AuthKind<O extends { readonly type: string }> {
  readonly type: O['type']
  /** The keys of `auth` in a pipeline file, beside `type`. */
  readonly schema: (parts: SchemaParts) => SchemaShape
  readonly create: (options: O, parts: AuthorizerParts) => Authorizer
}
