import { checkOptions, checkCount, checkDuration, withDefaults } from 'async-patterns'

/** The connections of a transport, or of an engine. */
export interface ConnectionOptions {
  /** Connections per origin; a request beyond them waits for one. Default 100. */
  readonly maxConnections?: number
  /** From `send` to the last byte, the wait for a connection included. Infinity: no limit. Default 30,000. */
  readonly timeoutMs?: number
  /**
   * Connections per origin that stay open after their request; 0 means one connection for each request.
   * Default 100.
   */
  readonly maxKeepaliveConnections?: number
  /**
   * How long an idle connection stays open. A server's own Keep-Alive hint goes first. Default 30,000.
   */
  readonly keepaliveExpiryMs?: number
}

export const connectionDefaults = Object.freeze({
  maxConnections: 100,
  timeoutMs: 30_000,
  maxKeepaliveConnections: 100,
  keepaliveExpiryMs: 30_000,
})

/** @throws RangeError, TypeError that name the option as one of `owner`'s. */
export function checkConnections(owner: string, options: Required<ConnectionOptions>): void {
  checkCount(`${owner}.maxConnections`, options.maxConnections)
  checkDuration(`${owner}.timeoutMs`, options.timeoutMs, { orInfinity: true })
  checkCount(`${owner}.maxKeepaliveConnections`, options.maxKeepaliveConnections, { min: 0 })
  checkDuration(`${owner}.keepaliveExpiryMs`, options.keepaliveExpiryMs)
}

/** @throws RangeError, TypeError that name the option. */
export function connectionOptions(options: ConnectionOptions | undefined): Required<ConnectionOptions> {
  checkOptions('ConnectionOptions', options, Object.keys(connectionDefaults))
  const settings = withDefaults(connectionDefaults, options)
  checkConnections('ConnectionOptions', settings)
  return settings
}
