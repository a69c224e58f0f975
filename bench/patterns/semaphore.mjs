import { SemaphoreLimiter } from 'async-patterns'
import { Sema } from 'async-sema'
import { bulkhead } from 'cockatiel'
import { promise as fastqPromise } from 'fastq'
import pLimit from 'p-limit'
import PQueue from 'p-queue'
import { operation, repeat } from './operation.mjs'

const MANY = 50_000

/** All calls are made at once: one runs, the others wait in line. */
const allAtOnce = call => ({
  async run(calls) {
    const pending = []
    for (let i = 0; i < calls; i++) pending.push(call())
    await Promise.all(pending)
  },
})

function semaCall(sema) {
  return async () => {
    await sema.acquire()
    try {
      return await operation()
    } finally {
      sema.release()
    }
  }
}

/** How each contender is made for a given number of permits. */
const makers = {
  ours: permits => {
    const limiter = new SemaphoreLimiter({ maxConcurrent: permits })
    return () => limiter.execute(operation)
  },
  'async-sema': permits => semaCall(new Sema(permits, { capacity: MANY })),
  'p-limit': permits => {
    const limit = pLimit(permits)
    return () => limit(operation)
  },
  fastq: permits => {
    const queue = fastqPromise(operation, permits)
    return () => queue.push(undefined)
  },
  cockatiel: permits => {
    const policy = bulkhead(permits, MANY)
    return () => policy.execute(operation)
  },
  'p-queue': permits => {
    const queue = new PQueue({ concurrency: permits })
    return () => queue.add(operation)
  },
}

const contenders = (permits, drive) =>
  Object.fromEntries(Object.entries(makers).map(([name, make]) => [name, () => drive(make(permits))]))

export const cases = [
  { name: 'semaphore, free', calls: 300_000, atMostNs: 150, contenders: contenders(10, repeat) },
  { name: 'semaphore, 50,000 waiting', calls: MANY, atMostNs: 1_300, contenders: contenders(1, allAtOnce) },
]
