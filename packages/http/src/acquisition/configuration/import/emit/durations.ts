import { isoSpan, TemplateError } from '../jinja/index.js'
import { Refusal } from '../manifest/refusal.js'

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const

/** `P30D` as `30d`, in the largest unit that holds it whole. @throws Refusal for what is no duration. */
export function durationText(iso: string, units: 'all' | 'clock' = 'clock'): string {
  return msText(durationMs(iso), units)
}

export function durationMs(iso: string): number {
  try {
    return isoSpan(iso).ms
  } catch (error) {
    if (error instanceof TemplateError) throw new Refusal('duration', error.message)
    throw error
  }
}

/** With `clock`, up to hours. */
export function msText(ms: number, units: 'all' | 'clock' = 'clock'): string {
  const [unit, size] =
    UNITS.slice(units === 'all' ? 0 : 1).find(([, one]) => ms >= one && ms % one === 0) ?? UNITS[4]
  return `${ms / size}${unit}`
}
