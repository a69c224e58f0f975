import { AsyncResource } from 'node:async_hooks'
import { channel } from 'node:diagnostics_channel'
import { nextTick } from 'node:process'
import type { Platform } from './platform.js'

/** What the core needs of Node, and all that it takes from it. */
export const platform: Platform = {
  channel: name => channel(name),
  captureScope: () => new AsyncResource('async-patterns'),
  endOfTurn: callback => nextTick(callback),
}
