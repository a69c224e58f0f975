import type { SemaphoreLimiter } from 'async-patterns'
import { Deferred } from 'async-patterns'
import type { Operation } from 'async-patterns'

/** An operation that runs until told, and notes when it begins. */
export function gated(started: string[], name: string) {
  const gate = new Deferred<string>()
  const operation: Operation<string> = () => {
    started.push(name)
    return gate.promise
  }
  return { operation, gate, end: () => gate.resolve(name) }
}

/** Takes the only permit, and queues one caller for each weight. */
export async function queueBehind(limiter: SemaphoreLimiter, weights: readonly number[]) {
  const first = await limiter.acquire({ weight: limiter.maxConcurrent })
  const order: number[] = []
  const permits = weights.map(async weight => {
    const permit = await limiter.acquire({ weight })
    order.push(weight)
    return permit
  })
  return { first, permits, order }
}
