const kept: object[] = []

/**
 * Keeps one object of a class whose objects come and go with each call.
 *
 * At a full collection V8 drops the compiled code that relies on a hidden class of which no object lives, and
 * one idle moment is enough for that: the thousands of calls after it run several times slower.
 * docs/performance.md has the measurement.
 */
export function keepShape(sample: object): void {
  kept.push(sample)
}
