import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Fifo } from '../../../src/lab/load/fifo.js'

test('it does what an array with push and shift does, however long', () => {
  const runs = fc.array(fc.tuple(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 3_000 })), {
    maxLength: 6,
  })
  fc.assert(
    fc.property(runs, pairs => {
      const fifo = new Fifo<number>()
      const model: number[] = []
      let next = 0
      for (const [pushes, shifts] of pairs) {
        for (let i = 0; i < pushes; i++) {
          fifo.push(next)
          model.push(next++)
        }
        for (let i = 0; i < shifts; i++) {
          if (fifo.peek() !== model[0] || fifo.shift() !== model.shift()) return false
        }
        if (fifo.length !== model.length) return false
      }
      return true
    }),
    { numRuns: 50 },
  )
  expect(new Fifo().shift()).toBeUndefined()
})
