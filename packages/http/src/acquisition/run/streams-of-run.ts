import type { BreakerTransitionEvent, Clock, Permit, Random } from 'async-patterns'
import { SemaphoreLimiter } from 'async-patterns'
import type { PipelineConfig } from '../configuration/index.js'
import type { Transport } from '../../engines/index.js'
import type {
  FetchObserver,
  Health,
  KeptCredentials,
  Limits,
  QuotaTeller,
  Room,
  StreamHealth,
  StreamTransports,
  Tokens,
} from '../fetch/index.js'
import {
  authorizerOf,
  byEndpoint,
  CookieJar,
  CookieTransport,
  Fetcher,
  limitersOf,
  MemoryBudget,
  ResponseRules,
  strictest,
} from '../fetch/index.js'
import type { PageRef, Run } from '../ledger/index.js'
import type { Normaliser, PageContext } from '../records/index.js'
import type { Secrets } from '../secrets/index.js'
import type { StreamConfig } from '../streams/index.js'
import { isoOf } from '../summary/index.js'
import {
  allowedOrigins,
  childKey,
  inheritedValues,
  childrenOf,
  computeScope,
  endsByStatus,
  foundParts,
  hookPart,
  hookState,
  isRetryable,
  responseRulesOf,
  StreamPages,
  UrlSecrets,
} from '../streams/index.js'
import type { AcquireEvent } from './acquire-event.js'
import type { LedgerWriter } from './ledger-writer.js'
import { PartitionPlanner } from './partition-planner.js'
import { StreamProgress } from './stream-progress.js'

/** What all streams of a run share. */
export interface StreamTools {
  readonly run: Run
  readonly journal: LedgerWriter
  readonly transports: StreamTransports
  readonly normaliser: Normaliser
  readonly limits: Limits
  readonly health: Health
  readonly tokens: Tokens
  readonly kept: KeptCredentials
  /** How long pages may still begin. */
  readonly leftMs: () => number
  readonly secrets: Secrets
  readonly clock: Clock
  readonly random?: Random | undefined
  readonly onEvent: (event: AcquireEvent) => void
}

/** The progress of each stream by its name; limiters, breakers and memory are shared. */
export function streamsOf(config: PipelineConfig, tools: StreamTools): Map<string, StreamProgress> {
  const { run, secrets, clock } = tools
  // Moments within a run are taken from the clock that only moves forward: the wall clock may be set
  // meanwhile.
  const epoch = clock.wallNow() - clock.now()
  const { streams } = config
  const limiters = limitersOf(streams, tools.limits, run, secrets, quotaTellerOf(tools, epoch))
  const slots = slotsOf(streams, clock)
  const healths = healthsOf(streams, tools)
  tellSharedRates(streams, tools)
  const memory = new MemoryBudget(
    config.memoryBytes,
    streams.reduce((sum, { limits }) => sum + limits.concurrency, 0),
  )
  const pagesOf = new Map(
    streams.map(stream => [
      stream.name,
      new StreamPages(stream, run, computeScope(stream, tools.normaliser)),
    ]),
  )
  const childOf = (child: StreamConfig, root: string) => ({
    name: child.name,
    root,
    others: foundParts(child.for).flatMap(({ as }) => (as === root ? [] : [as])),
    partitions: child.for ?? [],
    pages: pagesOf.get(child.name) as StreamPages,
    urls: new UrlSecrets(child, secrets),
  })
  const jars = new Map<string, CookieJar>()
  const progressOf = (stream: StreamConfig): StreamProgress => {
    const { name, source } = stream
    const withCookies = (transport: Transport): Transport =>
      stream.cookies === true
        ? new CookieTransport(transport, stream.baseUrl, jarOf(jars, source, clock), secrets)
        : transport
    const pages = pagesOf.get(name) as StreamPages
    const allow = allowedOrigins(stream.pagination)
    const pathOf = (page: PageRef): string => {
      const { pathname, search } = new URL(pages.url(page))
      return secrets.redact(pathname + search)
    }
    const health = healths.get(name) as StreamHealth
    const urls = new UrlSecrets(stream, secrets)
    const observer = observerOf(tools, { epoch, maxWaitMs: stream.limits.maxWaitMs, pathOf })
    const { authorize, partition } = stream.hooks ?? {}
    const fetcher = new Fetcher({
      ...tools,
      transport: withCookies(tools.transports.toOriginsOf(stream, allow)),
      limits: stream.limits,
      redirects: stream.redirects ?? 'sameOrigin',
      requestOf: page => pages.request(page),
      retryable: isRetryable(stream),
      slots: slots.get(stream.source),
      contextOf: page => contextOf(page, stream, run, urls),
      isEnd: endsByStatus(stream.pagination.endWhen),
      authorizer: authorizerOf(
        stream.auth ?? NO_AUTH,
        {
          ...tools,
          transport: withCookies(tools.transports.of(stream)),
          stream: name,
          source,
          baseUrl: stream.baseUrl,
          allow,
        },
        authorize && { hook: authorize, timeoutMs: stream.limits.timeoutMs },
      ),
      rules: new ResponseRules(responseRulesOf(stream)),
      limiter: limiters.get(name) as NonNullable<ReturnType<typeof limiters.get>>,
      health,
      memory,
      observer,
    })
    const children = childrenOf(stream, streams).map(one => {
      const { stream: child, parent } = one
      return {
        ...childOf(child, parent.as),
        key: childKey(one),
        inherited: inheritedValues(one),
        keepsState: child.since !== undefined || parent.onlyChanged === true,
      }
    })
    const own = hookPart(stream.for)
    const planner =
      own && partition && new PartitionPlanner({ ...tools, stream, hook: partition, as: own.as, observer })
    // Its parts begin like children of its own.
    if (own !== undefined)
      children.push({
        ...childOf(stream, own.as),
        key: name,
        inherited: [],
        keepsState: stream.since !== undefined,
      })
    return new StreamProgress({
      name,
      run,
      fetcher,
      health,
      pages,
      since: stream.since,
      planner,
      children,
      pathOf,
      urls,
      secrets,
    })
  }
  return new Map(streams.map(stream => [stream.name, progressOf(stream)]))
}

/** Ids are as the ledger keeps them: no secret stands in them. */
function contextOf(
  page: PageRef,
  { hooks, pagination }: StreamConfig,
  run: Run,
  urls: UrlSecrets,
): PageContext {
  const { id, partition, window, ordinal: number } = page
  return {
    pageId: urls.sealId(id),
    ...(hooks !== undefined && { page: { number, state: hookState(page, pagination) } }),
    partition,
    window,
    now: isoOf(run.startedAt),
    run: run.id,
  }
}

function healthsOf(streams: readonly StreamConfig[], tools: StreamTools): ReadonlyMap<string, StreamHealth> {
  return new Map(
    [...byEndpoint(streams, tools.secrets).values()].flatMap(sharing => [
      ...tools.health.healthOf(sharing, event => {
        for (const { name } of sharing) noteTransition(name, event, tools)
      }),
    ]),
  )
}

/** A source that may ask more often than those with which it shares an endpoint is held to their rate. */
function tellSharedRates(streams: readonly StreamConfig[], tools: StreamTools): void {
  const { clock, journal, onEvent, secrets } = tools
  for (const [endpoint, sharing] of byEndpoint(streams, secrets)) {
    const { ratePerSecond } = strictest(sharing)
    for (const { name, limits } of sharing.filter(one => one.limits.ratePerSecond > ratePerSecond)) {
      const message =
        `limits.rate is ${limits.ratePerSecond} and ${ratePerSecond} holds, the lowest of the sources that ` +
        `share ${endpoint} (limits.per: path sets them apart)`
      journal.notice({ stream: name, code: 'SHARED_RATE', message, at: clock.wallNow() })
      onEvent({ type: 'notice', source: name, code: 'SHARED_RATE', message })
    }
  }
}

/** Places for requests in flight that the streams of a source share; a single stream has those of its queue. */
function slotsOf(streams: readonly StreamConfig[], clock: Clock): ReadonlyMap<string, Room<Permit>> {
  const sources = new Map<string, StreamConfig[]>()
  for (const stream of streams) sources.set(stream.source, [...(sources.get(stream.source) ?? []), stream])
  return new Map(
    [...sources]
      .filter(([, sharing]) => sharing.length > 1)
      .map(([source, sharing]) => {
        const maxConcurrent = Math.max(...sharing.map(({ limits }) => limits.concurrency))
        const semaphore = new SemaphoreLimiter({ maxConcurrent, acquireTimeoutMs: Infinity, clock })
        return [
          source,
          { tryTake: () => semaphore.tryAcquire(), take: within => semaphore.acquire({}, within) },
        ] as const
      }),
  )
}

/** A quota that is used up is told like a wish for quiet, for all streams that share it. */
function quotaTellerOf({ clock, journal, onEvent }: StreamTools, epoch: number): QuotaTeller {
  return (names, waitMs, quota) => {
    const at = epoch + clock.now()
    const askedBy = `limits.quota ${quota}`
    const quiet = { waitMs: Math.ceil(waitMs), until: isoOf(at + waitMs), askedBy }
    for (const name of names) {
      journal.notice({ stream: name, code: 'QUOTA', message: quietText(at + waitMs, askedBy), at })
      onEvent({ type: 'throttled', source: name, ...quiet })
    }
  }
}

const NO_AUTH = { type: 'none' } as const

/** All streams of a source share its cookies. */
function jarOf(jars: Map<string, CookieJar>, source: string, clock: Clock): CookieJar {
  const jar = jars.get(source) ?? new CookieJar(clock)
  jars.set(source, jar)
  return jar
}

interface ObservedStream {
  /** Of the clock that only moves forward. */
  readonly epoch: number
  readonly maxWaitMs: number
  readonly pathOf: (page: PageRef) => string
}

/** What happens on the wire goes into the journal and to the listener. */
function observerOf(
  { clock, secrets, onEvent, journal, leftMs }: StreamTools,
  { epoch, maxWaitMs, pathOf }: ObservedStream,
): FetchObserver {
  return {
    departed({ stream, id: pageId }, attempt, at) {
      journal.departure({ stream, pageId, attempt, at: epoch + at })
      onEvent({ type: 'departure', source: stream, pageId, attempt })
    },
    attemptFailed(page, attempt, code, text) {
      const { stream, id: pageId } = page
      const told = { pageId, attempt, code, message: secrets.redact(text), path: pathOf(page) }
      journal.failure({ ...told, stream, at: epoch + clock.now() })
      onEvent({ type: 'attempt-failed', source: stream, ...told })
    },
    quiet({ stream }, waitMs, askedBy) {
      const at = epoch + clock.now()
      journal.quiet({ stream, at, quietMs: waitMs, askedBy })
      // A longer one ends the stream, which is told then.
      if (waitMs <= Math.min(maxWaitMs, leftMs())) {
        journal.notice({ stream, code: 'QUIET', message: quietText(at + waitMs, askedBy), at })
      }
      onEvent({
        type: 'throttled',
        source: stream,
        waitMs: Math.ceil(waitMs),
        until: isoOf(at + waitMs),
        askedBy,
      })
    },
  }
}

/** `quiet until 2026-03-01T14:03:00Z, asked by 429 of page 7 of shop (retry-after)`. */
export function quietText(untilMs: number, askedBy: string): string {
  return `quiet until ${isoOf(untilMs).replace(/\.\d+/, '')}, asked by ${askedBy}`
}

/** Tells of the quiet that earlier runs were asked for. */
export function tellOwedQuiet({ quiet }: Pick<Run, 'quiet'>, { clock, onEvent }: QuietTeller): void {
  for (const [source, { leftMs, askedBy }] of quiet) {
    onEvent({
      type: 'throttled',
      source,
      waitMs: Math.ceil(leftMs),
      until: isoOf(clock.wallNow() + leftMs),
      askedBy,
    })
  }
}

type QuietTeller = Pick<StreamTools, 'clock' | 'onEvent'>

function noteTransition(
  stream: string,
  { from, to, cause, wallAt }: BreakerTransitionEvent,
  { journal, onEvent }: StreamTools,
): void {
  journal.transition({ stream, from, to, cause, at: wallAt })
  onEvent({ type: 'breaker', source: stream, from, to, cause })
}
