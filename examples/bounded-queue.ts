// A fast producer is held back by a queue of three.
import { BoundedQueue } from 'async-patterns'

const queue = new BoundedQueue<number>({ maxItems: 3 })
let most = 0

const producer = (async () => {
  for (let item = 1; item <= 10; item++) await queue.put(item)
  queue.close()
})()

let sum = 0
for await (const item of queue) {
  most = Math.max(most, queue.size + 1)
  sum += item
}
await producer
console.log(`sum ${sum}, never more than ${most} on the way`)

// Prints:
// sum 55, never more than 4 on the way
