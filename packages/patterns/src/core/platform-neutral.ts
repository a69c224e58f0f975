import type { AsyncScope, EventSink, Platform } from './platform.js'

const silent: EventSink = { hasSubscribers: false, publish: () => undefined }
const anywhere: AsyncScope = { runInAsyncScope: callback => callback() }

/**
 * Where there is no Node, events reach the policy's own subscribers only, and nothing
 * follows a call by itself.
 */
export const platform: Platform = {
  channel: () => silent,
  captureScope: () => anywhere,
  endOfTurn: callback => queueMicrotask(callback),
}
