import { AsyncPatternsError, ClosedError, QueueFullError, RejectionError } from 'async-patterns'
import { afterEach, describe, expect, test } from 'vitest'

const framesOf = ({ stack = '' }: Error): number => stack.split('\n    at ').length - 1

describe('RejectionError', () => {
  afterEach(() => {
    RejectionError.stackTraceLimit = 0
  })

  test('has a name and a message in its stack, and no frames', () => {
    expect(new QueueFullError('no place').stack).toBe('QueueFullError: no place')
  })

  test('leaves the frames of all other errors alone', () => {
    const { stackTraceLimit } = Error
    void new QueueFullError('no place')
    expect(Error.stackTraceLimit).toBe(stackTraceLimit)
    expect(framesOf(new Error('other'))).toBeGreaterThan(1)
    expect(framesOf(new ClosedError('closed'))).toBeGreaterThan(1)
  })

  test('has frames when they are wanted', () => {
    RejectionError.stackTraceLimit = 2
    expect(framesOf(new QueueFullError('no place'))).toBe(2)
  })

  test('is made where the runtime lets nobody set the limit', () => {
    const descriptor = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit') as PropertyDescriptor
    Object.defineProperty(Error, 'stackTraceLimit', { ...descriptor, writable: false })
    try {
      expect(new QueueFullError('no place')).toBeInstanceOf(AsyncPatternsError)
    } finally {
      Object.defineProperty(Error, 'stackTraceLimit', descriptor)
    }
  })

  test('keeps the numbers that decided it', () => {
    expect(new QueueFullError('no place', { facts: { waiting: 3 } }).explain()).toEqual({ waiting: 3 })
  })
})
