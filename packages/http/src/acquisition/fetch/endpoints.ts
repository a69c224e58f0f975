import { hash } from 'node:crypto'
import type { ComputedValue } from '../references/index.js'
import { writtenText } from '../references/index.js'
import { Secrets } from '../secrets/index.js'
import { strictestQuotas } from './quota.js'
import type { OwnLimits, PoliteLimits } from './stream-limits.js'

/** What tells the endpoint of a stream, and how hard the stream may ask it. */
export interface LimitedStream {
  readonly name: string
  readonly baseUrl: string
  readonly path: string | ComputedValue
  /** Those of its source: they hold for all streams of the endpoint together. */
  readonly limits: PoliteLimits
  /** What holds for this stream besides. Default nothing. */
  readonly ownLimits?: OwnLimits | undefined
}

/**
 * Where a rate, a server's wish for quiet and a breaker belong: the origin, or origin and path
 * (`per: path`). A credential in the path makes no other endpoint. Where something else must not be shown
 * (`${HOST}`), a hash tells endpoints apart that look the same without it.
 */
export function endpointOf(
  { baseUrl, path, limits }: Pick<LimitedStream, 'baseUrl' | 'path'> & { limits: Pick<PoliteLimits, 'per'> },
  secrets: Secrets,
): string {
  const { origin, pathname } = new URL(
    writtenText(path).replace(/^\/+/, ''),
    `${baseUrl.replace(/\/+$/, '')}/`,
  )
  const place = limits.per === 'path' ? `${origin}${pathname}` : origin
  const endpoint = new Secrets(secrets.credentials).redactWhole(place)
  const shown = secrets.redactWhole(endpoint)
  return shown === endpoint ? endpoint : `${shown} ${hash('sha256', endpoint, 'base64url')}`
}

/** Streams by their endpoint. */
export function byEndpoint<S extends LimitedStream>(
  streams: readonly S[],
  secrets: Secrets,
): ReadonlyMap<string, readonly S[]> {
  const endpoints = new Map<string, S[]>()
  for (const stream of streams) {
    const endpoint = endpointOf(stream, secrets)
    const sharing = endpoints.get(endpoint)
    if (sharing === undefined) endpoints.set(endpoint, [stream])
    else sharing.push(stream)
  }
  return endpoints
}

/** The strictest of what streams of one endpoint allow. */
export function strictest(
  streams: readonly Pick<LimitedStream, 'limits'>[],
): Pick<PoliteLimits, 'ratePerSecond' | 'quota' | 'pacing' | 'marginMs' | 'adaptsMargin'> {
  const limits = streams.map(stream => stream.limits)
  return {
    ratePerSecond: Math.min(...limits.map(({ ratePerSecond }) => ratePerSecond)),
    quota: strictestQuotas(limits.flatMap(({ quota = [] }) => quota)),
    pacing: limits.some(({ pacing }) => pacing === 'even') ? 'even' : 'window',
    marginMs: Math.max(...limits.map(({ marginMs }) => marginMs)),
    adaptsMargin: limits.some(({ adaptsMargin }) => adaptsMargin === true),
  }
}
