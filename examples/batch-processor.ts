// Five callers, one request; the error of one item is its own.
import { BatchProcessor } from 'async-patterns'

const lookUp = new BatchProcessor<string, number>({
  process: async words => {
    console.log(`one request for ${words.join(' ')}`)
    return words.map(word => (word === '?' ? new Error('no such word') : word.length))
  },
  maxBatchSize: 5,
  maxWaitMs: 50,
})

const answers = await Promise.allSettled(['a', 'bb', '?', 'dddd', 'eeeee'].map(word => lookUp.add(word)))
console.log(answers.map(answer => (answer.status === 'fulfilled' ? answer.value : 'error')).join(' '))
await lookUp.close()

// Prints:
// one request for a bb ? dddd eeeee
// 1 2 error 4 5
