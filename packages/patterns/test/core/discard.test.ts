import { disposeValue } from 'async-patterns'
import { expect, test } from 'vitest'
import { discardWith } from '../../src/core/index.js'

test('disposeValue releases what can be released, and prefers the asynchronous way', () => {
  const done: string[] = []
  disposeValue({ [Symbol.dispose]: () => done.push('dispose') })
  disposeValue({
    [Symbol.asyncDispose]: async () => done.push('async'),
    [Symbol.dispose]: () => done.push('no'),
  })
  disposeValue({ body: { cancel: async () => done.push('cancel') } })
  disposeValue({ body: { destroy: () => done.push('destroy') } })
  for (const other of [null, undefined, 1, 'text', {}, { body: null }, { body: {} }]) disposeValue(other)
  expect(done).toEqual(['dispose', 'async', 'cancel', 'destroy'])
})

test('P-R8 what goes wrong while discarding reaches nobody', async () => {
  const fault = (): never => {
    throw new Error('fault')
  }
  disposeValue({ [Symbol.dispose]: fault })
  disposeValue({ body: { cancel: async () => fault() } })
  discardWith(fault, 1)
  await new Promise(setImmediate)
})
