// Three workers; what fails reaches onError, and nothing is lost.
import { ProducerConsumerPipeline } from 'async-patterns'

const done: number[] = []
const failed: number[] = []
const pipeline = new ProducerConsumerPipeline<number>({
  onItem: async item => {
    if (item === 7) throw new Error('unlucky')
    done.push(item)
  },
  onError: (_error, items) => failed.push(...items),
  workers: 3,
  maxQueueSize: 4,
})

pipeline.start()
await pipeline.putMany([1, 2, 3, 4, 5, 6, 7, 8])
const unhandled = await pipeline.stop()
console.log(`done ${done.length}, failed ${failed.join()}, unhandled ${unhandled.length}`)

// Prints:
// done 7, failed 7, unhandled 0
