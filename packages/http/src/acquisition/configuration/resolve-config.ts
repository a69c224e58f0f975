import { parseDuration } from 'async-patterns'
import type { OwnLimits, Quota, StreamLimits, TlsConfig } from '../fetch/index.js'
import { LEAST_MARGIN_MS, parseQuota } from '../fetch/index.js'
import type { PartitionConfig, QueryTemplate, StreamConfig } from '../streams/index.js'
import { bodyOf } from './body-of.js'
import type { PipelineConfig } from './pipeline-config.js'
import type { PipelineFile, SourceFile } from './pipeline-schema.js'
import type { ComputedValue } from '../references/index.js'
import { isComputed } from '../references/index.js'
import { parseSize } from '../schema/index.js'
import { resolveResponses } from './responses-schema.js'
import { passedOn, withInherited } from '../streams/index.js'
import { resolveSince } from './since-schema.js'
import { resolveWindows } from './windows-schema.js'

/** The checked file, every rate filled in, as numbers in their units. */
export function resolveConfig(
  file: PipelineFile & { readonly name: string },
  sourceNames: readonly string[],
  certificates: readonly (TlsConfig | undefined)[],
): PipelineConfig {
  const names = file.sources.map(({ name }) => name)
  const resolved = file.sources.map((stream, index) => {
    const source = sourceNames[index] as string
    return { ...resolveStream(stream, source, names, file.rateLimit), tls: certificates[index] }
  })
  return {
    name: file.name,
    output: file.output,
    timeoutMs: file.timeout === 'none' ? Infinity : parseDuration('timeout', file.timeout),
    graceMs: parseDuration('grace', file.grace),
    workers: file.workers,
    memoryBytes: parseSize(file.memory),
    summary: file.summary,
    sinks: file.sinks,
    streams: withAncestors(resolved),
  }
}

/** What streams refer to of the parts of their parents is known to both. */
function withAncestors(streams: readonly StreamConfig[]): StreamConfig[] {
  const partsOf = (each: string) => streams.find(({ name }) => name === each)?.for
  const related = streams.map(stream => ({
    ...stream,
    for: stream.for && withInherited(stream.for, partsOf),
  }))
  return related.map(stream => {
    const passes = passedOn(stream, related)
    return passes.length === 0 ? stream : { ...stream, passes }
  })
}

function resolveStream(
  stream: SourceFile,
  source: string,
  names: readonly string[],
  rateLimit: number,
): Omit<StreamConfig, 'tls'> {
  const {
    limits,
    ownLimits,
    query,
    headers,
    body: _written,
    responses,
    proxy,
    tls: _files,
    for: parts,
    since,
    ...rest
  } = stream
  const body = bodyOf(stream)
  return {
    ...rest,
    source,
    responses: resolveResponses(responses),
    since: since && resolveSince(since),
    lift: rest.lift && [rest.lift].flat(),
    query: queryTexts(query),
    body: body !== undefined && 'form' in body ? { form: queryTexts(body.form) } : body,
    for: parts && [parts].flat().map(part => resolvePart(part, source, names)),
    ownLimits: ownLimits && resolveOwnLimits(ownLimits),
    headers: headerTexts(headers),
    proxy: proxy === 'none' ? undefined : proxy,
    limits: resolveLimits(limits, rateLimit),
  }
}

function resolveLimits(
  { rate, quota, pacing, per, concurrency, retry, breaker, ...rest }: SourceFile['limits'],
  rateLimit: number,
): StreamLimits {
  return {
    ratePerSecond: rate ?? rateLimit,
    quota: quotasOf(quota),
    pacing,
    marginMs: rest.margin === 'auto' ? LEAST_MARGIN_MS : parseDuration('margin', rest.margin),
    adaptsMargin: rest.margin === 'auto',
    per,
    maxWaitMs: parseDuration('maxWait', rest.maxWait),
    concurrency,
    timeoutMs: parseDuration('timeout', rest.timeout),
    maxPageBytes: parseSize(rest.maxPageSize),
    maxRecordsPerPage: rest.maxRecordsPerPage,
    pageTimeMs: parseDuration('pageTime', rest.pageTime),
    maxHeaderBytes: parseSize(rest.maxHeaderSize),
    retry: {
      maxAttempts: retry.maxAttempts,
      baseDelayMs: parseDuration('baseDelay', retry.baseDelay),
      maxDelayMs: parseDuration('maxDelay', retry.maxDelay),
      backoff: retry.backoff,
      jitter: retry.jitter,
    },
    breaker: {
      failureThreshold: breaker.failureThreshold,
      openStateDurationMs: parseDuration('openStateDuration', breaker.openStateDuration),
    },
    giveUpAfterMs: parseDuration('giveUpAfter', rest.giveUpAfter),
  }
}

function resolveOwnLimits({
  rate: ratePerSecond,
  quota,
  concurrency,
}: NonNullable<SourceFile['ownLimits']>): OwnLimits {
  return { ratePerSecond, quota: quotasOf(quota), concurrency }
}

/** Each was checked already. */
function quotasOf(quota: string | readonly string[] | undefined): Quota[] | undefined {
  return quota === undefined ? undefined : [quota].flat().flatMap(text => parseQuota(text) ?? [])
}

type PartFile =
  NonNullable<SourceFile['for']> extends infer F ? (F extends readonly (infer P)[] ? P : F) : never

function resolvePart(part: PartFile, source: string, names: readonly string[]): PartitionConfig {
  if ('each' in part) return { ...part, each: streamNamed(part.each, source, names) ?? part.each }
  if ('windows' in part) return { ...part, windows: resolveWindows(part.windows) }
  if ('hook' in part) return part
  const { values } = part
  return { ...part, values: typeof values === 'string' ? listed(values) : values }
}

/** The full name of the stream that is meant; its own source's first. */
export function streamNamed(name: string, source: string, names: readonly string[]): string | undefined {
  return [`${source}.${name}`, name].find(full => names.includes(full))
}

function listed(text: string): string[] {
  return text
    .split(',')
    .map(value => value.trim())
    .filter(value => value !== '')
}

type Written = string | number | boolean
type Values = Written | ComputedValue | readonly Written[]

function queryTexts(values: Readonly<Record<string, Values>>): Record<string, QueryTemplate> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      isList(value) ? value.map(String) : isComputed(value) ? value : String(value),
    ]),
  )
}

function isList(value: Values): value is readonly Written[] {
  return Array.isArray(value)
}

function headerTexts(
  values: Readonly<Record<string, Written | ComputedValue>>,
): Record<string, string | ComputedValue> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, isComputed(value) ? value : String(value)]),
  )
}
