export type { DeadlineEvent, DeadlineOptions } from './deadline.js'
export { Deadline } from './deadline.js'
