import type { Clock } from 'async-patterns'
import { RetryExhaustedError, RetryPolicy } from 'async-patterns'
import type { SinkSummary } from '../../measurements/index.js'
import { MissingPackageError } from '../../persistence/index.js'
import type { StoredRecords } from '../ledger/index.js'
import type { Mapping } from '../records/index.js'
import { columnsOf } from '../records/index.js'
import type { SinkConfig } from './kinds.js'
import { sinkKindOf } from './kinds.js'
import type { DeliveredStream, Delivery, Sink, StreamDelivered } from './sink.js'

/** A stream of the pipeline, as far as sinks are concerned. */
export interface StoredStream {
  readonly name: string
  readonly source: string
  readonly mapping?: Mapping | undefined
}

/** Records have reached a sink. */
export interface DeliveredEvent {
  readonly type: 'delivered'
  readonly sink: string
  readonly records: number
  /** Records that were removed, or marked as gone. */
  readonly deleted: number
}

/** A sink could not be delivered to; the next run, or `acquire deliver`, goes on where it is. */
export interface DeliveryFailedEvent {
  readonly type: 'delivery-failed'
  readonly sink: string
  readonly message: string
}

export interface DeliveriesParts {
  readonly sinks: readonly (SinkConfig | Sink)[]
  readonly streams: readonly StoredStream[]
  /** The pipeline's folder. */
  readonly output: string
  readonly clock: Clock
  readonly onEvent: (event: DeliveredEvent | DeliveryFailedEvent) => void
  /** Takes secrets out of what is told. */
  readonly redact: (text: string) => string
}

/** What a sink is, and who closes it. */
interface OpenSink {
  readonly sink: Sink
  readonly config: SinkConfig | undefined
}

/** So often a sink that fails is tried at the end of a run. */
const MAX_ATTEMPTS = 3

/**
 * The sinks of a pipeline. One that fails keeps no other from its records and loses none: what it has not is
 * delivered by the next run, or by `acquire deliver`.
 */
export class Deliveries implements AsyncDisposable {
  readonly #parts: DeliveriesParts
  readonly #sinks: readonly OpenSink[]
  readonly #retry: RetryPolicy

  constructor(parts: DeliveriesParts) {
    this.#parts = parts
    this.#sinks = parts.sinks.map(sink => opened(sink, parts.output))
    this.#retry = new RetryPolicy({
      maxAttempts: MAX_ATTEMPTS,
      clock: parts.clock,
      retryWhen: outcome => !outcome.ok && !(outcome.error instanceof MissingPackageError),
    })
  }

  /** Those that are to be delivered to as a run goes on. */
  get continuous(): readonly string[] {
    return this.#sinks.filter(({ config }) => config?.deliver === 'continuous').map(({ sink }) => sink.name)
  }

  /** Delivers to all sinks, or to those named, one after another. It never rejects. */
  async deliver(
    stored: StoredRecords,
    signal: AbortSignal,
    names: readonly string[] = this.#sinks.map(({ sink }) => sink.name),
  ): Promise<readonly SinkSummary[]> {
    const chosen = this.#sinks.filter(({ sink }) => names.includes(sink.name))
    const summaries = []
    for (const open of chosen) summaries.push(await this.#deliverTo(open, stored, signal))
    return summaries
  }

  async #deliverTo(open: OpenSink, stored: StoredRecords, signal: AbortSignal): Promise<SinkSummary> {
    const { name } = open.sink
    const { onEvent, redact } = this.#parts
    try {
      const delivered = await this.#retry.execute(
        async () => await open.sink.deliver(await this.#delivery(open, stored, signal)),
        { signal },
      )
      const records = sum(delivered, 'records')
      const deleted = sum(delivered, 'deleted')
      if (records + deleted > 0) onEvent({ type: 'delivered', sink: name, records, deleted })
      return { name, status: 'delivered', records, deleted, error: null }
    } catch (error) {
      if (signal.aborted) return { name, status: 'left', records: 0, deleted: 0, error: null }
      const message = redact(messageOf(error))
      onEvent({ type: 'delivery-failed', sink: name, message })
      return { name, status: 'failed', records: 0, deleted: 0, error: message }
    }
  }

  async #delivery({ config }: OpenSink, stored: StoredRecords, signal: AbortSignal): Promise<Delivery> {
    const { streams, clock } = this.#parts
    const schemas = await stored.schemas()
    const chosen = streamsOf(streams, config?.sources)
    return {
      ledgerId: stored.ledgerId,
      records: (stream, after) => stored.records(stream, after),
      position: (sink, stream) => stored.position(sink, stream),
      setPosition: (sink, stream, position) => stored.setPosition(sink, stream, position),
      at: clock.wallNow(),
      signal,
      streams: chosen.map(({ name, source, mapping }) => ({
        name,
        source,
        columns: columnsOf(mapping, schemas.get(name)),
      })),
    }
  }

  /** Sinks that were handed in stay open. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const { sink, config } of this.#sinks) if (config !== undefined) await sink[Symbol.asyncDispose]()
  }
}

/** The streams that a sink is for. */
export function streamsOf<S extends Pick<DeliveredStream, 'name' | 'source'>>(
  streams: readonly S[],
  sources: readonly string[] | undefined,
): readonly S[] {
  if (sources === undefined) return streams
  return streams.filter(({ name, source }) => sources.includes(name) || sources.includes(source))
}

export function isSink(value: unknown): value is Sink {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Sink>).deliver === 'function'
}

function opened(sink: SinkConfig | Sink, output: string): OpenSink {
  if (isSink(sink)) return { sink, config: undefined }
  return { sink: sinkKindOf(sink.type).create(sink, output), config: sink }
}

function sum(delivered: readonly StreamDelivered[], key: 'records' | 'deleted'): number {
  return delivered.reduce((total, one) => total + one[key], 0)
}

/** Of several attempts, why the last one failed. */
function messageOf(error: unknown): string {
  const cause = error instanceof RetryExhaustedError ? error.cause : error
  return cause instanceof Error ? cause.message : String(cause)
}
