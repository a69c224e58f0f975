import type { BreakerTransitionEvent } from 'async-patterns'
import type { SourceConfig } from '../streams/config.js'
import { EndpointLimiters } from '../fetch/endpoint-limiter.js'
import type { FetchObserver, FetcherParts } from '../fetch/fetcher.js'
import { Fetcher } from '../fetch/fetcher.js'
import type { JournalWriter } from './journal.js'
import { PageMemory } from '../fetch/memory-budget.js'
import type { RunScope } from './run-scope.js'
import { SourceHealth } from '../fetch/source-health.js'
import { SourceTrack } from './stream-progress.js'

export interface TrackTools extends Pick<FetcherParts, 'transport' | 'normalise'> {
  readonly journal: JournalWriter
}

/** One track for each source; limiters and memory are shared. */
export function tracksOf(scope: RunScope, tools: TrackTools): Map<string, SourceTrack> {
  const { config, run, clock, secrets } = scope
  const { sources } = config
  const limiters = new EndpointLimiters(sources, clock, { ...run, secrets })
  const memory = new PageMemory(
    config.memoryBytes,
    sources.reduce((sum, source) => sum + source.limits.concurrency, 0),
  )
  const observer = observerOf(scope, tools.journal)
  return new Map(
    sources.map(source => {
      const health = new SourceHealth(source, clock, transitionsOf(source, scope, tools.journal))
      const limiter = limiters.of(source)
      const fetcher = new Fetcher(source, { ...tools, limiter, health, memory, observer, clock })
      return [source.name, new SourceTrack(source, { fetcher, health, secrets })]
    }),
  )
}

/** What happens on the wire goes into the journal and to the listener. */
function observerOf({ clock, secrets, onEvent }: RunScope, journal: JournalWriter): FetchObserver {
  // Moments within a run are taken from the clock that only moves forward: the wall clock may be set meanwhile.
  const epoch = clock.wallNow() - clock.now()
  return {
    departed({ source, id: pageId }, attempt, at) {
      journal.departure({ source, pageId, attempt, at: epoch + at })
      onEvent({ type: 'departure', source, pageId, attempt })
    },
    attemptFailed({ source, id: pageId }, attempt, code, text, quietMs) {
      const message = secrets.redact(text)
      journal.failure({ source, pageId, attempt, code, message, at: epoch + clock.now(), quietMs })
      onEvent({ type: 'attempt-failed', source, pageId, attempt, code, message })
    },
    throttled({ source }, waitMs) {
      onEvent({ type: 'throttled', source, waitMs })
    },
  }
}

function transitionsOf(
  { name: source }: SourceConfig,
  { onEvent }: RunScope,
  journal: JournalWriter,
): (event: BreakerTransitionEvent) => void {
  return ({ from, to, cause, wallAt }) => {
    journal.transition({ source, from, to, cause, at: wallAt })
    onEvent({ type: 'breaker', source, from, to, cause })
  }
}
