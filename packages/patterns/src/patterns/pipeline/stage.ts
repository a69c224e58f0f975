/** What turns one stream of items into another. */
export type Stage<A, B> = (source: AsyncIterable<A>) => AsyncIterable<B>

/**
 * An iterator of a stage: its `return` ends a `next` that still waits, and resolves
 * when nothing runs any more.
 */
export interface StageIterator<T> extends AsyncIterator<T, undefined> {
  next(): Promise<IteratorResult<T, undefined>>
  return(): Promise<IteratorResult<T, undefined>>
}

export const END = Object.freeze({ done: true, value: undefined }) satisfies IteratorResult<never, undefined>
