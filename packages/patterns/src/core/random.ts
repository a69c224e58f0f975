/** Chance, handed in: each call gives a number in [0, 1). */
export type Random = () => number

/** The runtime's own generator. The default everywhere. */
export const systemRandom: Random = Math.random

/**
 * The same numbers for the same seed, on every platform. Not for secrets.
 * Source: sfc32 of PractRand (C. Doty-Humphrey), seeded through splitmix32.
 */
export function seededRandom(seed: number): Random {
  let state = seed | 0
  const spread = (): number => {
    state = (state + 0x9e3779b9) | 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    return mixed ^ (mixed >>> 15)
  }
  let a = spread()
  let b = spread()
  let c = spread()
  let counter = 1
  return () => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return (sum >>> 0) / 4294967296
  }
}
