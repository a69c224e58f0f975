import type { Environment } from './environment-values.js'
import type { Setting, SettingFlags } from './settings.js'
import { settings } from './settings.js'

/** A global setting that does not come from the file. */
interface Override {
  readonly value: string | number
  /** `--timeout` or `PIPELINE_TIMEOUT`. */
  readonly from: string
}

export type Overrides = ReadonlyMap<Setting['key'], Override>

/**
 * Flags first, then variables. An empty variable counts as unset; an empty flag is a mistake that is
 * reported.
 */
export function overridesOf(flags: SettingFlags, environment: Environment): Overrides {
  const found = new Map<Setting['key'], Override>()
  for (const { key, flag, variable, isNumber } of settings) {
    const flagValue = flags[key]
    const given = flagValue ?? environment[variable]
    if (given === undefined || (given === '' && flagValue === undefined)) continue
    const from = flagValue === undefined ? variable : (flag.split(' ')[0] ?? flag)
    found.set(key, { value: isNumber ? numeric(given) : String(given), from })
  }
  return found
}

/** What is no number stays as it is, for the schema to refuse. */
function numeric(given: string | number): string | number {
  return /^-?\d+(?:\.\d+)?$/.test(String(given)) ? Number(given) : given
}
