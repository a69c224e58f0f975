import {
  abortReason,
  checkFunction,
  count,
  isAborted,
  onAbort,
  optionsOf,
  anything,
  checkWithin,
} from '../../core/index.js'
import type { Context, Within } from '../../core/index.js'
import { MapIterator } from './map-iterator.js'
import { END } from './stage.js'

/** How many calls run at once; signal and deadline end all of them. */
export interface ForEachOptions extends Within {
  /** How many items are worked on at the same time: from 1. Default 1. */
  readonly concurrency?: number
}

const DEFAULTS = Object.freeze({ concurrency: 1 })
const RULES = { concurrency: count(), signal: anything(), deadlineAt: anything() }

const nothing = (): void => undefined

/**
 * The end of a pipeline: calls `fn` with every item, and resolves when all is done. Rejects with the first
 * error of any stage, or the abort reason, once everything has stopped: running calls see their context
 * aborted and are waited for, and so is the source's `return`. A source that waits for something of its
 * own must watch the signal itself, for nobody can end its wait from outside.
 * @throws TypeError or RangeError that names the option.
 */
export function forEach<T>(
  fn: (item: T, context: Context) => unknown,
  options?: ForEachOptions,
): (source: AsyncIterable<T>) => Promise<void> {
  checkFunction('forEach.fn', fn)
  // Whoever hands on a Context as the options has more in it than there are options.
  const given = options !== undefined && 'waitUntil' in Object(options) ? {} : options
  const { concurrency } = optionsOf('forEach', DEFAULTS, RULES, given)
  checkWithin(
    'forEach',
    options === undefined ? undefined : { signal: options.signal, deadlineAt: options.deadlineAt },
  )
  const settings = { concurrency, ordered: false }
  return async source => {
    if (isAborted(options)) throw abortReason(options)
    await runToEnd(new MapIterator(source, fn, settings, options), options)
  }
}

async function runToEnd<T>(calls: MapIterator<T, unknown>, within: Within | undefined): Promise<void> {
  let stopping: Promise<unknown> | undefined
  const unsubscribe = onAbort(within, () => {
    stopping = calls.return().catch(nothing)
  })
  try {
    while ((await calls.next()) !== END);
  } finally {
    unsubscribe()
  }
  if (stopping === undefined) return
  await stopping
  throw abortReason(within)
}
