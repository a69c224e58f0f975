import type { Json } from '../emit/values.js'
import { durationMs } from '../emit/durations.js'
import type { Component } from '../manifest/component.js'
import { componentsOf } from '../manifest/component.js'
import { Refusal } from '../manifest/refusal.js'
import type { Templates } from '../manifest/templates.js'
import { childOf } from '../manifest/templates.js'

export interface SourceLimits {
  readonly limits: Readonly<Record<string, Json>>
  readonly notes: readonly string[]
}

/** What the manifest as a whole says of how fast it may go. */
export function limitsOf(root: Component, templates: Templates): SourceLimits {
  const notes: string[] = []
  const budget = childOf(root, 'api_budget')
  const policies = componentsOf(budget?.['policies'])
  const paces = policies.flatMap(policy => {
    if (componentsOf(policy['matchers']).length > 0) {
      notes.push(
        'the budget of the manifest has one limit or another for some paths; here all hold for the source',
      )
    }
    return pacesOf(policy, templates, notes)
  })
  const concurrency = concurrencyOf(root, templates)
  const quota = [...new Set(paces.filter(one => typeof one === 'string'))]
  const rates = paces.filter(one => typeof one === 'number')
  return {
    limits: {
      ...(rates.length > 0 && { rate: Math.min(...rates) }),
      ...(quota.length > 0 && { quota: quota.length === 1 ? quota.join('') : quota }),
      ...(concurrency !== undefined && { concurrency }),
    },
    notes: [...new Set(notes)],
  }
}

function concurrencyOf(root: Component, templates: Templates): number | undefined {
  const level = childOf(root, 'concurrency_level')
  if (level === undefined) return undefined
  try {
    const value = templates.literal(level, 'default_concurrency')
    return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

/** A text is a quota, a number a rate in a second. */
type Pace = string | number

function pacesOf(policy: Component, templates: Templates, notes: string[]): readonly Pace[] {
  const rates = policy['type'] === 'FixedWindowCallRatePolicy' ? [policy] : componentsOf(policy['rates'])
  return rates.flatMap(rate => {
    try {
      const count = templates.literal(rate, rate['limit'] === undefined ? 'call_limit' : 'limit')
      const interval = templates.text(rate, rate['interval'] === undefined ? 'period' : 'interval')
      return typeof count === 'number' && interval !== undefined ? [paceOf(count, durationMs(interval))] : []
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      notes.push(`a limit of the budget was left out: ${error.message}`)
      return []
    }
  })
}

const UNITS = [
  ['second', 1000],
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', 86_400_000],
] as const

/** Never more than is allowed: as many as that makes in a shorter unit, or less than one a second in even steps. */
function paceOf(count: number, ms: number): Pace {
  const [unit, size] = UNITS.findLast(([, one]) => one <= ms) ?? UNITS[0]
  const whole = Math.floor(count * Math.min(1, size / ms))
  return whole >= 1 ? `${whole}/${unit}` : Math.max(1, Math.floor((count * 1_000_000) / ms)) / 1000
}
