import { Cache, ProducerConsumerPipeline, ResourcePool, TokenBucketLimiter } from 'async-patterns'
import fastq, { promise as fastqPromise } from 'fastq'
import { createPool } from 'generic-pool'
import { LRUCache } from 'lru-cache'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { operation, repeat } from './operation.mjs'

const PLENTY = 1_000_000_000

/** Puts everything in and waits until it is handled. */
const handleAll = handle => async calls => {
  let left = calls
  let done
  const finished = new Promise(resolve => {
    done = resolve
  })
  const count = () => {
    left -= 1
    if (left === 0) done()
  }
  const pipeline = new ProducerConsumerPipeline({ workers: 5, maxQueueSize: 1_000, onItem: handle(count) })
  pipeline.start()
  for (let i = 0; i < calls; i++) {
    if (!pipeline.tryPut(i)) await pipeline.put(i)
  }
  await finished
  await pipeline.stop({ drain: true })
}

const asynchronous = count => async () => count()
const synchronous = count => () => count()

/**
 * fastq has no bounded line. Of the ways to keep it short, waiting for each item is by far the quickest with
 * promises: letting 1,000 pile up takes ten times as long.
 */
async function fastqPromises(calls) {
  const queue = fastqPromise(operation, 5)
  for (let i = 0; i < calls; i++) await queue.push(i)
}

async function fastqCallbacks(calls) {
  let handled = 0
  const queue = fastq((_, callback) => {
    handled += 1
    callback(null)
  }, 5)
  for (let i = 0; i < calls; i++) queue.push(i)
  while (handled < calls) await Promise.resolve()
}

export const cases = [
  {
    name: 'token bucket acquire',
    calls: 300_000,
    atMostNs: 120,
    contenders: {
      ours: () => {
        const limiter = new TokenBucketLimiter({ ratePerSecond: PLENTY, burst: PLENTY })
        return repeat(() => limiter.acquire())
      },
      'rate-limiter-flexible': () => {
        const limiter = new RateLimiterMemory({ points: PLENTY, duration: 3_600 })
        return { ...repeat(() => limiter.consume('key')), close: () => limiter.delete('key') }
      },
    },
  },
  {
    name: 'pool acquire + release',
    calls: 200_000,
    atMostNs: 350,
    contenders: {
      ours: () => {
        const pool = new ResourcePool({ create: async () => ({}), destroy: async () => undefined, max: 10 })
        return {
          ...repeat(async () => {
            const lease = await pool.acquire()
            lease.release()
          }),
          close: () => pool.close(),
        }
      },
      'generic-pool': () => {
        const pool = createPool({ create: async () => ({}), destroy: async () => undefined }, { max: 10 })
        return {
          ...repeat(async () => {
            const resource = await pool.acquire()
            await pool.release(resource)
          }),
          close: () => pool.drain().then(() => pool.clear()),
        }
      },
    },
  },
  {
    name: 'cache hit',
    calls: 300_000,
    atMostNs: 100,
    contenders: {
      ours: () => {
        const cache = new Cache({ maxEntries: 1_000 })
        return repeat(() => cache.getOrLoad('key', operation))
      },
      'lru-cache': () => {
        const cache = new LRUCache({ max: 1_000, ttl: 300_000, fetchMethod: operation })
        return repeat(() => cache.fetch('key'))
      },
    },
  },
  {
    name: 'pipeline put + handle',
    calls: 300_000,
    atMostNs: 250,
    contenders: { ours: () => ({ run: handleAll(asynchronous) }), fastq: () => ({ run: fastqPromises }) },
  },
  {
    name: 'the same, handler synchronous',
    calls: 300_000,
    atMostNs: 250,
    contenders: {
      ours: () => ({ run: handleAll(synchronous) }),
      'fastq, callbacks': () => ({ run: fastqCallbacks }),
    },
  },
]
