import { Cache, ProducerConsumerPipeline, ResourcePool, TokenBucketLimiter } from 'async-patterns'
import { promise as fastqPromise } from 'fastq'
import { createPool } from 'generic-pool'
import { LRUCache } from 'lru-cache'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { operation, repeat } from './operation.mjs'

const PLENTY = 1_000_000_000

/** Puts everything in and waits until it is handled. */
async function handleAll(calls) {
  let left = calls
  let done
  const finished = new Promise(resolve => {
    done = resolve
  })
  const pipeline = new ProducerConsumerPipeline({
    workers: 5,
    maxQueueSize: 1_000,
    onItem: () => {
      left -= 1
      if (left === 0) done()
    },
  })
  pipeline.start()
  for (let i = 0; i < calls; i++) {
    if (!pipeline.tryPut(i)) await pipeline.put(i)
  }
  await finished
  await pipeline.stop({ drain: true })
}

/** fastq has no bounded line: its user keeps the same 1,000 by waiting for the first of them. */
async function fastqAll(calls) {
  const queue = fastqPromise(async () => undefined, 5)
  for (let i = 0; i < calls; i++) {
    const handled = queue.push(i)
    if (queue.length() >= 1_000) await handled
  }
  await queue.drained()
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
    contenders: { ours: () => ({ run: handleAll }), fastq: () => ({ run: fastqAll }) },
  },
]
