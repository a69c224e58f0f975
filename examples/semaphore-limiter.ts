// At most two at once, in the order in which they came.
import { SemaphoreLimiter } from 'async-patterns'

const limiter = new SemaphoreLimiter({ maxConcurrent: 2 })
let running = 0
let most = 0

async function work(name: string): Promise<string> {
  running += 1
  most = Math.max(most, running)
  await new Promise(resolve => setTimeout(resolve, 5))
  running -= 1
  return name
}

const names = await Promise.all(['a', 'b', 'c', 'd'].map(name => limiter.execute(() => work(name))))
console.log(names.join(' '), `most at once: ${most}`)

{
  using permit = await limiter.acquire({ weight: 2 })
  console.log(`free beside a permit of weight ${permit.weight}: ${limiter.available}`)
}
console.log(`free afterwards: ${limiter.available}`)

// Prints:
// a b c d most at once: 2
// free beside a permit of weight 2: 0
// free afterwards: 2
