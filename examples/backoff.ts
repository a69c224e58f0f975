// The delays of each kind, the same for the same seed.
import { ConstantBackoff, DecorrelatedBackoff, ExponentialBackoff } from 'async-patterns'
import { seededRandom } from 'async-patterns/testing'

const exponential = new ExponentialBackoff({ baseDelayMs: 100, maxDelayMs: 1_000, jitter: 'none' })
console.log([1, 2, 3, 4, 5, 6].map(step => exponential.delayMs(step)).join(' '))

const constant = new ConstantBackoff(250)
console.log([1, 2, 3].map(step => constant.delayMs(step)).join(' '))

const decorrelated = new DecorrelatedBackoff({ baseDelayMs: 100, maxDelayMs: 2_000 })
const random = seededRandom(1)
let previousMs = 0
let isWithin = true
for (let step = 1; step <= 100; step++) {
  const longestMs = Math.min(2_000, Math.max(100, previousMs) * 3)
  previousMs = decorrelated.delayMs(step, random, previousMs)
  isWithin &&= previousMs >= 100 && previousMs <= longestMs
}
console.log(`between the base and three times the one before: ${isWithin}`)

// Prints:
// 100 200 400 800 1000 1000
// 250 250 250
// between the base and three times the one before: true
