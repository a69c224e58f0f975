import type { Check } from '../measurements/index.js'

export function check(criterion: string, met: boolean, found: string): Check {
  return { criterion, met, found }
}
