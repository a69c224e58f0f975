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
  const rates = policies.flatMap(policy => {
    if (componentsOf(policy['matchers']).length > 0) {
      notes.push(
        'the budget of the manifest has one limit or another for some paths; here all hold for the source',
      )
    }
    return quotasOf(policy, templates, notes)
  })
  const concurrency = concurrencyOf(root, templates)
  const quota = [...new Set(rates)]
  return {
    limits: {
      ...(quota.length > 0 && { quota: quota.length === 1 ? (quota[0] ?? '') : quota }),
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

function quotasOf(policy: Component, templates: Templates, notes: string[]): readonly string[] {
  const rates = policy['type'] === 'FixedWindowCallRatePolicy' ? [policy] : componentsOf(policy['rates'])
  return rates.flatMap(rate => {
    try {
      const count = templates.literal(rate, rate['limit'] === undefined ? 'call_limit' : 'limit')
      const interval = templates.text(rate, rate['interval'] === undefined ? 'period' : 'interval')
      return typeof count === 'number' && interval !== undefined
        ? [quotaText(count, durationMs(interval))]
        : []
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

/** In the smallest unit that is no shorter, or else as many as that makes in a day; never more than is allowed. */
function quotaText(count: number, ms: number): string {
  const exact = UNITS.find(([, size]) => size === ms)
  if (exact !== undefined) return `${count}/${exact[0]}`
  const [unit, size] = UNITS.findLast(([, one]) => one <= ms) ?? UNITS[0]
  return `${Math.max(1, Math.floor((count * size) / ms))}/${unit}`
}
