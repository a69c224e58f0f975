export { seededRandom } from '../core/index.js'
export type { ManualClockOptions } from './manual-clock.js'
export { lateBy, ManualClock } from './manual-clock.js'
