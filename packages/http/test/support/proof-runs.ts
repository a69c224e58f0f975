import { vi } from 'vitest'
import { proofCount } from './proof.js'

const USUAL_RUNS = 100

/** Each property is tried up to twenty times as often as it says itself. */
vi.mock(import('fast-check'), async importOriginal => {
  const original = await importOriginal()
  const assert = ((property: never, parameters?: { readonly numRuns?: number }) => {
    const runs = parameters?.numRuns ?? USUAL_RUNS
    return original.assert(property, { ...parameters, numRuns: proofCount(runs, 20 * runs) })
  }) as typeof original.assert
  return { ...original, assert, default: { ...original.default, assert } }
})
