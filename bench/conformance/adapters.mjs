/**
 * The libraries, each at its strongest setting for what is tried. What a library has not got is left out: the
 * cases about it are then not applicable, and no fault.
 */
import { createRequire } from 'node:module'
import { RateLimit, Sema } from 'async-sema'
import * as cockatiel from 'cockatiel'
import opossum from 'opossum'
import pLimit from 'p-limit'
import PQueue from 'p-queue'
import pRetry from 'p-retry'
import { ownAdapter } from './own-adapter.mjs'

const require = createRequire(import.meta.url)
const { readFileSync } = require('node:fs')

const versionOf = name =>
  JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), 'utf8')).version

/** A policy of cockatiel. */
const policyOf = policy => ({
  abortable: true,
  run: (task, signal) => policy.execute(context => task(context.signal), signal),
})

const cockatielAdapter = {
  name: 'cockatiel',
  semaphore: ({ maxConcurrent }) => policyOf(cockatiel.bulkhead(maxConcurrent, Infinity)),
  timedSemaphore: ({ maxConcurrent, timeoutMs }) =>
    policyOf(
      cockatiel.wrap(
        cockatiel.bulkhead(maxConcurrent, Infinity),
        cockatiel.timeout(timeoutMs, cockatiel.TimeoutStrategy.Aggressive),
      ),
    ),
  breakerIgnores: true,
  breaker: ({ failures, rate, openMs, ignore = () => false }) => {
    const breaker =
      failures === undefined
        ? new cockatiel.SamplingBreaker({
            threshold: 0.5,
            duration: rate.windowMs,
            minimumRps: rate.minimumCalls / (rate.windowMs / 1_000),
          })
        : new cockatiel.ConsecutiveBreaker(failures)
    const handled = cockatiel.handleWhen(error => !ignore(error))
    const policy = cockatiel.circuitBreaker(handled, { halfOpenAfter: openMs, breaker })
    let openings = 0
    policy.onBreak(() => {
      openings += 1
    })
    return { ...policyOf(policy), openings: () => openings }
  },
  retry: ({ attempts, delayMs }) =>
    policyOf(
      cockatiel.retry(cockatiel.handleAll, {
        maxAttempts: attempts - 1,
        backoff: new cockatiel.ConstantBackoff(delayMs),
      }),
    ),
  timeout: ({ timeoutMs }) => policyOf(cockatiel.timeout(timeoutMs, cockatiel.TimeoutStrategy.Aggressive)),
}

const opossumBreaker = options => new opossum(task => task(), options)

const opossumAdapter = {
  name: 'opossum',
  timedSemaphore: ({ maxConcurrent, timeoutMs }) => {
    const breaker = opossumBreaker({ capacity: maxConcurrent, timeout: timeoutMs, volumeThreshold: 1_000 })
    return { run: task => breaker.fire(task) }
  },
  breakerIgnores: true,
  breaker: ({ failures, rate, openMs, probeMaxMs, ignore }) => {
    const breaker = opossumBreaker({
      timeout: probeMaxMs ?? false,
      resetTimeout: openMs,
      errorThresholdPercentage: 49,
      volumeThreshold: failures ?? rate.minimumCalls,
      rollingCountTimeout: rate?.windowMs ?? 10_000,
      rollingCountBuckets: 10,
      ...(ignore && { errorFilter: ignore }),
    })
    let openings = 0
    breaker.on('open', () => {
      openings += 1
    })
    return { run: task => breaker.fire(task), openings: () => openings }
  },
  timeout: ({ timeoutMs }) => {
    const breaker = opossumBreaker({ timeout: timeoutMs, volumeThreshold: 1_000_000 })
    return { run: task => breaker.fire(task) }
  },
}

const pLimitAdapter = {
  name: 'p-limit',
  semaphore: ({ maxConcurrent }) => {
    const limit = pLimit(maxConcurrent)
    return {
      run: task => limit(() => task()),
      resize: wanted => {
        limit.concurrency = wanted
      },
    }
  },
}

const queueOf = options => {
  const queue = new PQueue(options)
  return {
    abortable: true,
    run: (task, signal) => queue.add(context => task(context?.signal), { signal }),
    resize: wanted => {
      queue.concurrency = wanted
    },
  }
}

const pQueueAdapter = {
  name: 'p-queue',
  semaphore: ({ maxConcurrent }) => queueOf({ concurrency: maxConcurrent }),
  timedSemaphore: ({ maxConcurrent, timeoutMs }) =>
    queueOf({ concurrency: maxConcurrent, timeout: timeoutMs }),
  timeout: ({ timeoutMs }) => queueOf({ timeout: timeoutMs }),
  rateLimiter: ({ maxRequests, windowMs }) =>
    queueOf({ intervalCap: maxRequests, interval: windowMs, strict: true }),
}

const asyncSemaAdapter = {
  name: 'async-sema',
  semaphore: ({ maxConcurrent }) => {
    const sema = new Sema(maxConcurrent)
    const acquire = async () => {
      const token = await sema.acquire()
      return () => sema.release(token)
    }
    const run = async task => {
      const release = await acquire()
      try {
        return await task()
      } finally {
        release()
      }
    }
    return { run, acquire }
  },
  rateLimiter: ({ maxRequests, windowMs }) => {
    const next = RateLimit(maxRequests, { timeUnit: windowMs, uniformDistribution: true })
    return {
      run: async task => {
        await next()
        return task()
      },
    }
  },
}

const pRetryAdapter = {
  name: 'p-retry',
  retry: ({ attempts, delayMs }) => ({
    abortable: true,
    run: (task, signal) =>
      pRetry(() => task(), {
        retries: attempts - 1,
        minTimeout: delayMs,
        maxTimeout: Infinity,
        factor: 1,
        randomize: false,
        signal,
      }),
  }),
}

export const adapters = [
  ownAdapter(),
  cockatielAdapter,
  opossumAdapter,
  pLimitAdapter,
  pQueueAdapter,
  asyncSemaAdapter,
  pRetryAdapter,
].map(adapter => ({ ...adapter, version: versionOf(adapter.name) }))
