/**
 * Interleaved timing: every round runs each contender once, in turn, so that a machine that drifts drifts for
 * all.
 * @typedef {{ run(calls: number): Promise<void> | void, close?: () => Promise<void> | void }} Contender
 * @typedef {{ name: string, calls: number, atMostNs: number, contenders: Record<string, () => Contender |
 * Promise<Contender>> }} Case
 */

/** So many rounds are not counted: the compiler needs them to do its best for each contender. */
const WARM_UP_ROUNDS = 3

/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** @param {Contender} contender @param {number} calls */
async function nsPerCall(contender, calls) {
  const startedAt = process.hrtime.bigint()
  await contender.run(calls)
  return Number(process.hrtime.bigint() - startedAt) / calls
}

/**
 * Median, minimum and maximum of nanoseconds per call for each contender.
 * @param {Case} one @param {number} rounds
 */
export async function measure(one, rounds) {
  const contenders = await Promise.all(
    Object.entries(one.contenders).map(async ([name, make]) => ({
      name,
      contender: await make(),
      ns: /** @type {number[]} */ ([]),
    })),
  )
  for (let round = 0; round < WARM_UP_ROUNDS; round++) {
    for (const { contender } of contenders) await contender.run(one.calls)
  }
  for (let round = 0; round < rounds; round++) {
    for (const each of contenders) {
      globalThis.gc?.()
      each.ns.push(await nsPerCall(each.contender, one.calls))
    }
  }
  for (const { contender } of contenders) await contender.close?.()
  return contenders.map(({ name, ns }) => ({
    name,
    ns: median(ns),
    min: Math.min(...ns),
    max: Math.max(...ns),
  }))
}
