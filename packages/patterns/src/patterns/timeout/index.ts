export type { TimeRule } from './timed-call.js'
export { runTimed } from './timed-call.js'
export type { TimeoutEvent, TimeoutOptions } from './timeout.js'
export { Timeout } from './timeout.js'
