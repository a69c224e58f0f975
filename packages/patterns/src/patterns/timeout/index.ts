export { TimeLimit } from './time-limit.js'
export type { TimeoutEvent, TimeoutOptions } from './timeout.js'
export { Timeout } from './timeout.js'
