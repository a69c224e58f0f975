import { parseDuration } from 'async-patterns'
import type { Quota, StreamLimits, TlsConfig } from '../fetch/index.js'
import { LEAST_MARGIN_MS, parseQuota } from '../fetch/index.js'
import type { StreamConfig } from '../streams/index.js'
import type { PipelineConfig } from './pipeline-config.js'
import type { PipelineFile, SourceFile } from './pipeline-schema.js'
import { parseSize } from '../schema/index.js'
import { resolveResponses } from './responses-schema.js'

/** The checked file, every rate filled in, as numbers in their units. */
export function resolveConfig(
  file: PipelineFile & { readonly name: string },
  certificates: readonly (TlsConfig | undefined)[],
): PipelineConfig {
  return {
    name: file.name,
    output: file.output,
    timeoutMs: file.timeout === 'none' ? Infinity : parseDuration('timeout', file.timeout),
    graceMs: parseDuration('grace', file.grace),
    workers: file.workers,
    memoryBytes: parseSize(file.memory),
    summary: file.summary,
    sources: file.sources.map((source, index) => ({
      ...resolveSource(source, file.rateLimit),
      tls: certificates[index],
    })),
  }
}

function resolveSource(source: SourceFile, rateLimit: number): StreamConfig {
  const { limits, query, headers, responses, proxy, tls: _files, ...rest } = source
  return {
    ...rest,
    responses: resolveResponses(responses),
    query: asTexts(query),
    headers: asTexts(headers),
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

/** Each was checked already. */
function quotasOf(quota: string | readonly string[] | undefined): Quota[] | undefined {
  return quota === undefined ? undefined : [quota].flat().flatMap(text => parseQuota(text) ?? [])
}

function asTexts(values: Readonly<Record<string, string | number | boolean>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))
}
