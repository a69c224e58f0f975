import { checkCount, checkDuration, withDefaults } from 'async-patterns'

/** The connections of an AsyncEngine. */
export interface ConnectionConfig {
  /** Connections per origin. Default 100. */
  readonly maxConnections?: number
  /** For the whole of a request, waiting for a connection included. Default 30,000. */
  readonly timeoutMs?: number
  /** Connections per origin that stay open after their request. Default 100. */
  readonly maxKeepaliveConnections?: number
  /** How long an idle connection stays open. Default 30,000. */
  readonly keepaliveExpiryMs?: number
}

const defaults = Object.freeze({
  maxConnections: 100,
  timeoutMs: 30_000,
  maxKeepaliveConnections: 100,
  keepaliveExpiryMs: 30_000,
})

/** @throws RangeError, TypeError that name the option. */
export function connectionConfig(config: ConnectionConfig | undefined): Required<ConnectionConfig> {
  const settings = withDefaults(defaults, config)
  checkCount('ConnectionConfig.maxConnections', settings.maxConnections)
  checkDuration('ConnectionConfig.timeoutMs', settings.timeoutMs, { orInfinity: true })
  checkCount('ConnectionConfig.maxKeepaliveConnections', settings.maxKeepaliveConnections, { min: 0 })
  checkDuration('ConnectionConfig.keepaliveExpiryMs', settings.keepaliveExpiryMs)
  return settings
}
