import type { BreakerTransitionEvent, Clock, Random } from 'async-patterns'
import type { PipelineConfig } from '../configuration/index.js'
import type { FetchObserver, Health, Limits, StreamTransports, Tokens } from '../fetch/index.js'
import { authorizerOf, Fetcher, limitersOf, MemoryBudget, ResponseRules } from '../fetch/index.js'
import type { Run } from '../ledger/index.js'
import type { Normaliser } from '../records/index.js'
import type { Secrets } from '../secrets/index.js'
import type { StreamConfig } from '../streams/index.js'
import { paginationOf, requestOf, responseRulesOf, UrlSecrets } from '../streams/index.js'
import type { AcquireEvent } from './acquire-event.js'
import type { JournalWriter } from './journal.js'
import { StreamProgress } from './stream-progress.js'

/** What all streams of a run share. */
export interface StreamTools {
  readonly run: Run
  readonly journal: JournalWriter
  readonly transports: StreamTransports
  readonly normaliser: Normaliser
  readonly limits: Limits
  readonly health: Health
  readonly tokens: Tokens
  readonly secrets: Secrets
  readonly clock: Clock
  readonly random?: Random | undefined
  readonly onEvent: (event: AcquireEvent) => void
}

/** The progress of each stream by its name; limiters and memory are shared. */
export function streamsOf(config: PipelineConfig, tools: StreamTools): Map<string, StreamProgress> {
  const { run, secrets } = tools
  const streams = config.sources
  const limiters = limitersOf(streams, tools.limits, run, secrets)
  const memory = new MemoryBudget(
    config.memoryBytes,
    streams.reduce((sum, { limits }) => sum + limits.concurrency, 0),
  )
  const observer = observerOf(tools)
  const progressOf = (stream: StreamConfig): StreamProgress => {
    const { name } = stream
    const pagination = paginationOf(stream)
    const health = tools.health.healthOf(stream, event => noteTransition(name, event, tools))
    const fetcher = new Fetcher({
      ...tools,
      transport: tools.transports.toOriginOf(stream),
      limits: stream.limits,
      redirects: stream.redirects ?? 'sameOrigin',
      requestOf: page => requestOf(stream, pagination, page),
      authorizer: authorizerOf(stream.auth ?? NO_AUTH, {
        ...tools,
        transport: tools.transports.of(stream),
        stream: name,
      }),
      rules: new ResponseRules(responseRulesOf(stream)),
      limiter: limiters.get(name) as NonNullable<ReturnType<typeof limiters.get>>,
      health,
      memory,
      observer,
    })
    const urls = new UrlSecrets(stream, secrets)
    return new StreamProgress({ name, run, fetcher, health, pagination, urls, secrets })
  }
  return new Map(streams.map(stream => [stream.name, progressOf(stream)]))
}

const NO_AUTH = { type: 'headers', headers: {} } as const

/** What happens on the wire goes into the journal and to the listener. */
function observerOf({ clock, secrets, onEvent, journal }: StreamTools): FetchObserver {
  // Moments within a run are taken from the clock that only moves forward: the wall clock may be set
  // meanwhile.
  const epoch = clock.wallNow() - clock.now()
  return {
    departed({ stream, id: pageId }, attempt, at) {
      journal.departure({ stream, pageId, attempt, at: epoch + at })
      onEvent({ type: 'departure', source: stream, pageId, attempt })
    },
    attemptFailed({ stream, id: pageId }, attempt, code, text, quietMs) {
      const message = secrets.redact(text)
      journal.failure({ stream, pageId, attempt, code, message, at: epoch + clock.now(), quietMs })
      onEvent({ type: 'attempt-failed', source: stream, pageId, attempt, code, message })
    },
    throttled({ stream }, waitMs) {
      onEvent({ type: 'throttled', source: stream, waitMs })
    },
  }
}

function noteTransition(
  stream: string,
  { from, to, cause, wallAt }: BreakerTransitionEvent,
  { journal, onEvent }: StreamTools,
): void {
  journal.transition({ stream, from, to, cause, at: wallAt })
  onEvent({ type: 'breaker', source: stream, from, to, cause })
}
