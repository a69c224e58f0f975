import { expect, test } from 'vitest'
import { parseConfig } from '../../../src/acquisition/configuration/load-config.js'

const load = (more: string) =>
  parseConfig(`sources:\n  - name: a\n    baseUrl: http://127.0.0.1\n${more}`, 'a.yaml', {
    flags: {},
    environment: {},
  }).config.streams[0]

test.each([
  ['    id: none', 'id: none, where each record is a new one'],
  [
    '    id: id\n    since: { field: at, start: 30d }',
    'a start of 30d before the run, which moves on with it',
  ],
])('beside what hides records, markDeleted is refused: %s', (more, message) => {
  expect(() => load(`${more}\n    markDeleted: true`)).toThrow(`allowed is false beside ${message}`)
  expect(load(more)?.markDeleted).toBe(false)
})

test('it is taken beside a fixed start', () => {
  const more = "    id: id\n    since: { field: at, start: '2026-01-01' }\n    markDeleted: true"
  expect(load(more)?.markDeleted).toBe(true)
})
