// A thousand misses at once load once; a stale value stands in when the load fails.
import { Cache } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'

const clock = new ManualClock()
const cache = new Cache<string, string>({ ttlMs: 60_000, staleIfErrorMs: 600_000, clock })
let loads = 0
const load = async (key: string): Promise<string> => {
  loads += 1
  return `value of ${key}`
}

await Promise.all(Array.from({ length: 1_000 }, () => cache.getOrLoad('a', load)))
console.log(`loads: ${loads}`)

await clock.advance(120_000)
console.log(`fresh: ${cache.has('a')}`)
console.log(await cache.getOrLoad('a', () => Promise.reject(new Error('down'))))

// Prints:
// loads: 1
// fresh: false
// value of a
