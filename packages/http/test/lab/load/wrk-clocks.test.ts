import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** wrk 4's `stats_correct`: samples added to those measured, all in whole units of time. */
function corrected(latencies: readonly number[], interval: number): number[] {
  const added = latencies.flatMap(latency => {
    const samples: number[] = []
    if (latency < 2 * interval) return samples
    for (let at = latency - interval; at > interval; at -= interval) samples.push(at)
    return samples
  })
  return [...latencies, ...added].sort((a, b) => a - b)
}

test('N-46 the docs say of wrk what it does: wrk 4 corrects, by samples that it never measured', () => {
  // Nine answers of 1 ms and one of a second on one connection: a mean interval of some 100 ms.
  const shown = corrected([...Array.from<number>({ length: 9 }).fill(1), 1_000], 100)
  expect(shown).toHaveLength(18)
  const docs = readFileSync(new URL('../../../../../docs/lab.md', import.meta.url), 'utf8').replace(
    /\s+/g,
    ' ',
  )
  expect(docs).toMatch(/wrk 4 then corrects them for coordinated omission.*`stats_correct`/)
  expect(docs).toMatch(
    /wrk2 sends at a constant rate and measures from the moment at which a request was due/,
  )
  expect(docs).not.toContain('its latencies are service times')
})
