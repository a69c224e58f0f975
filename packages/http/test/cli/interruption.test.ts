import { expect, test, vi } from 'vitest'
import { interruption } from '../../src/cli/interruption.js'

test('A-17 aborts at the first signal, takes its echo for the same, and exits at once at the second', () => {
  const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never)
  const now = vi.spyOn(performance, 'now').mockReturnValue(1_000)
  const before = process.listenerCount('SIGINT')
  {
    using interrupted = interruption()
    process.emit('SIGINT')
    expect(interrupted.signal.aborted).toBe(true)
    now.mockReturnValue(1_020)
    process.emit('SIGTERM')
    expect(exit).not.toHaveBeenCalled()
    now.mockReturnValue(2_000)
    process.emit('SIGINT')
    expect(exit).toHaveBeenCalledExactlyOnceWith(130)
  }
  expect(process.listenerCount('SIGINT')).toBe(before)
  vi.restoreAllMocks()
})
