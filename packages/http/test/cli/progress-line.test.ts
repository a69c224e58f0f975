import { expect, test, vi } from 'vitest'
import { ProgressLine } from '../../src/cli/progress-line.js'

function stream(isTTY: boolean) {
  const written: string[] = []
  const write = (text: string): boolean => written.push(text) > 0
  return { written, stream: { isTTY, columns: 10, write } as unknown as NodeJS.WriteStream }
}

test('redraws one line on a terminal, never wider than it, and clears it away', () => {
  const { written, stream: terminal } = stream(true)
  const line = new ProgressLine(terminal)
  line.show('0123456789abc')
  line.show('next')
  line[Symbol.dispose]()
  expect(written).toEqual(['\r\u001B[2K012345678', '\r\u001B[2Knext', '\r\u001B[2K'])
})

test('elsewhere writes a line now and then', () => {
  const now = vi.spyOn(performance, 'now')
  try {
    const { written, stream: file } = stream(false)
    using line = new ProgressLine(file)
    for (const at of [100, 200, 5_099, 5_100, 6_000, 10_100]) {
      now.mockReturnValue(at)
      line.show(`at ${at}`)
    }
    expect(written).toEqual(['at 100\n', 'at 5100\n', 'at 10100\n'])
  } finally {
    now.mockRestore()
  }
})
