import type { EventSink, Platform } from './platform.js'

const silent: EventSink = { hasSubscribers: false, publish: () => undefined }

/** Where there is no Node, events reach the policy's own subscribers only. */
export const platform: Platform = {
  channel: () => silent,
}
