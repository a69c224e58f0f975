import { channel } from 'node:diagnostics_channel'
import type { Platform } from './platform.js'

/** What the core needs of Node, and all that it takes from it. */
export const platform: Platform = {
  channel: name => channel(name),
}
