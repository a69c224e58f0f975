import { ProducerConsumerPipeline } from 'async-patterns'
import { expect, test } from 'vitest'

test('producer-consumer pipeline: stop gives back any number of items', async () => {
  const pipeline = new ProducerConsumerPipeline<number>({ onItem: () => undefined, maxQueueSize: Infinity })
  for (let item = 0; item < 300_000; item += 1) pipeline.tryPut(item)
  expect(await pipeline.stop({ drain: false })).toHaveLength(300_000)
})
