/** What the source gives, as long as it is not over: then nothing more is read, and the source is closed. */
export function until<T>(
  isOver: () => boolean,
  source: Iterable<T> | AsyncIterable<T>,
): Iterable<T> | AsyncIterable<T> {
  return Symbol.asyncIterator in source ? untilAsync(isOver, source) : untilSync(isOver, source)
}

function* untilSync<T>(isOver: () => boolean, source: Iterable<T>): Generator<T, void> {
  for (const item of source) {
    yield item
    if (isOver()) return
  }
}

async function* untilAsync<T>(isOver: () => boolean, source: AsyncIterable<T>): AsyncGenerator<T, void> {
  for await (const item of source) {
    yield item
    if (isOver()) return
  }
}
