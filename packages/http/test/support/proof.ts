/**
 * How much of the long proofs runs, from 0 to 1, by the variable PROOF: nothing beyond the least in `make
 * test`, all in `make proof`, a share in CI.
 */
const share = Number(process.env['PROOF'] ?? 0)

/** Whether what takes minutes is to run at all. */
export const isProof = share > 0

/** How often to try: `least` in `make test`, `full` in `make proof`, that share of it between. */
export const proofCount = (least: number, full: number): number => Math.max(least, Math.round(full * share))
