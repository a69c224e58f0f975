import type { Check } from '../../lab/index.js'

/** Each criterion with what was found. */
export function checkLines(checks: readonly Check[]): string[] {
  return checks.map(({ criterion, met, found }) => `  ${met ? 'ok  ' : 'FAIL'}  ${criterion}: ${found}`)
}
