import { checkFunction, count, flag, optionsOf } from '../../core/index.js'
import { MapIterator } from './map-iterator.js'
import type { Mapper } from './map-iterator.js'
import type { Stage } from './stage.js'

/** How many calls of the mapper run at once, and in which order their results come. */
export interface MapOptions {
  /**
   * For how many items the work is going on, or done and its result not yet taken, at the same time:
   * from 1. Default 1.
   */
  readonly concurrency?: number
  /** Whether results come in the order of their items; if not, as they are done. Default true. */
  readonly ordered?: boolean
}

const DEFAULTS = Object.freeze({ concurrency: 1, ordered: true })
const RULES = { concurrency: count(), ordered: flag() }

/**
 * A stage that puts every item through `mapper`; it begins when the first result is asked for.
 * When the mapper or the source fails, or whoever takes the results leaves, the context of the running
 * calls is aborted, they are waited for, and the source is closed: nothing is left running.
 * @throws TypeError or RangeError that names the option.
 */
export function map<A, B>(mapper: Mapper<A, B>, options?: MapOptions): Stage<A, B> {
  checkFunction('map.mapper', mapper)
  const settings = optionsOf('map', DEFAULTS, RULES, options)
  return source => ({ [Symbol.asyncIterator]: () => new MapIterator(source, mapper, settings) })
}
