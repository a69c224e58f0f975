import { expect, test } from 'vitest'
import { aligned } from '../../src/measurements/text/aligned.js'
import { checkLines } from '../../src/measurements/text/report-lines.js'
import { engineTable, errorLines } from '../../src/measurements/text/engine-table.js'
import { EngineResult } from '../../src/engines/index.js'
import { MeasuredEngine } from '../../src/lab/measured-engine.js'
import { resultOf } from '../contracts/record-writer-contract.js'

test('sets names to the left and numbers to the right', () => {
  expect(
    aligned(
      [
        ['name', 'n'],
        ['a', '100'],
        ['long name', '1'],
      ],
      1,
    ),
  ).toEqual(['name         n', 'a          100', 'long name    1'])
})

test('N-37 shows an engine on a line of each table, and a dash for what is not known', () => {
  const measured = new MeasuredEngine(4)
  const error = { code: 'ECONNREFUSED', message: '' }
  measured.addRun(new EngineResult([resultOf(0, { statusCode: 0, error })], 500, 99.6))
  const engines = { threaded: measured.measurement() }
  const lines = engineTable(engines, { head: 'x sync', cell: () => '2.00x' })
  expect(lines.map(line => line.split(/ {2,}/))).toEqual([
    ['engine', 'lanes', 'requests', 'errors', 'time s', 'requests/s', 'x sync'],
    ['threaded', '4', '1', '1', '0.5', '0', '2.00x'],
    [''],
    ['engine', 'p50 ms', 'p95 ms', 'p99 ms', 'connect ms', 'memory MiB', 'of ceiling'],
    ['threaded', '-', '-', '-', '-', '100', '-'],
  ])
  expect(errorLines(engines)).toEqual(['  threaded: ECONNREFUSED 1x'])
})

test('says of each criterion whether it was met, and what was found', () => {
  const checks = [
    { criterion: 'it opens', met: true, found: 'after 5 ms' },
    { criterion: 'it closes', met: false, found: 'it did not' },
  ]
  expect(checkLines(checks)).toEqual(['  ok    it opens: after 5 ms', '  FAIL  it closes: it did not'])
})
