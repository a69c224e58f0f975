import type { Clock } from 'async-patterns'
import type { Transport } from '../../engines/index.js'
import { DirectTransport, GatedTransport, UndiciTransport } from '../../engines/index.js'
import type { ConnectionSettings } from './connection.js'
import type { StreamLimits } from './stream-limits.js'

/** What tells how a stream is sent to. */
export interface ConnectedStream extends ConnectionSettings {
  readonly baseUrl: string
  readonly limits: Pick<StreamLimits, 'concurrency' | 'maxHeaderBytes'>
}

/** The transports of a run: streams whose servers are reached in the same way share one. */
export class StreamTransports implements AsyncDisposable {
  readonly #injected: Transport | undefined
  readonly #opened = new Map<string, Transport>()

  /** `injected` is used for all of them, and not closed. */
  constructor(streams: readonly ConnectedStream[], clock: Clock, injected?: Transport) {
    this.#injected = injected
    if (injected !== undefined) return
    for (const key of new Set(streams.map(keyOf))) {
      const sharing = streams.filter(stream => keyOf(stream) === key)
      this.#opened.set(key, openTransport(sharing, clock))
    }
  }

  /** For what the stream's configuration names itself. */
  of(stream: ConnectedStream): Transport {
    const transport = this.#injected ?? this.#opened.get(keyOf(stream))
    if (transport === undefined) throw new RangeError(`no transport was opened for ${stream.baseUrl}`)
    return transport
  }

  /** For its pages, whose URLs come from the source and the ledger: they lie at its own origin or at these. */
  toOriginsOf(stream: ConnectedStream, origins: readonly string[]): Transport {
    return new GatedTransport(this.of(stream), [stream.baseUrl, ...origins])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(Array.from(this.#opened.values(), transport => transport.close()))
  }
}

function keyOf({ proxy, tls, allowPrivate }: ConnectionSettings): string {
  return JSON.stringify([proxy, tls, allowPrivate])
}

/** Of a stream that was not read from a file. */
const DEFAULT_HEADER_BYTES = 65_536

/**
 * Every page that may be in flight finds a connection; each stream bounds its requests by its own timeout.
 */
function openTransport(sharing: readonly ConnectedStream[], clock: Clock): Transport {
  const maxConnections = sharing.reduce((sum, { limits }) => sum + limits.concurrency, 0)
  const [{ proxy, tls, allowPrivate } = {} as ConnectionSettings] = sharing
  const { insecure = false, ...certificates } = tls ?? {}
  const options = {
    maxConnections,
    maxKeepaliveConnections: maxConnections,
    maxHeadBytes: Math.max(...sharing.map(({ limits }) => limits.maxHeaderBytes ?? DEFAULT_HEADER_BYTES)),
    timeoutMs: Infinity,
    clock,
    reach: allowPrivate === true ? ('private' as const) : ('named' as const),
    tls: { ...certificates, rejectUnauthorized: !insecure },
  }
  return proxy === undefined ? new DirectTransport(options) : new UndiciTransport({ ...options, proxy })
}
