/** A span of time as the calendar has it: months, and what is told in milliseconds. */
export interface Span {
  readonly months: number
  readonly ms: number
}

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const
const unitMonths = { mo: 1, y: 12 } as const

/** `500ms`, `1h`, `30d`, `2w`, `1mo`, `1y`. */
const spanPattern = /^(\d{1,6})(ms|s|m|h|d|w|mo|y)$/

/** Undefined for what is no span. */
export function spanOf(text: string): Span | undefined {
  const [, count, unit] = spanPattern.exec(text) ?? []
  if (count === undefined || unit === undefined) return undefined
  if (unit in unitMonths)
    return { months: Number(count) * unitMonths[unit as keyof typeof unitMonths], ms: 0 }
  return { months: 0, ms: Number(count) * unitMs[unit as keyof typeof unitMs] }
}

/** The moment so much later, in UTC; a day that its month does not have is the month's last. */
export function later(ms: number, span: Span): number {
  if (span.months === 0) return ms + span.ms
  const date = new Date(ms)
  const day = date.getUTCDate()
  date.setUTCDate(1)
  date.setUTCMonth(date.getUTCMonth() + span.months)
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  date.setUTCDate(Math.min(day, lastDay))
  return date.getTime() + span.ms
}

export function earlier(ms: number, { months, ms: rest }: Span): number {
  return later(ms, { months: -months, ms: -rest })
}
