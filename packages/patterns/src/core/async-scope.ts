import { platform } from '#platform'
import type { AsyncScope } from './platform.js'

/**
 * Remembers what AsyncLocalStorage holds now. It is for whoever goes on with a call from a timer that several
 * calls share: the timer's own scope is that of the call that has set it.
 */
export function captureScope(): AsyncScope {
  return platform.captureScope()
}
