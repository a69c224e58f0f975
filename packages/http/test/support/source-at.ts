import type { SourceConfig } from '../../src/acquisition/streams/config.js'

/** A source as far as its address and its rate go. */
export const sourceAt = (
  baseUrl: string,
  path: string,
  ratePerSecond = 5,
  query: Readonly<Record<string, string>> = {},
): SourceConfig =>
  ({ baseUrl, path, query, headers: {}, limits: { ratePerSecond } }) as unknown as SourceConfig
