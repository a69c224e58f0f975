import type * as z from 'zod'
import { schemaParts } from '../schema/index.js'
import type { DateWindows, Span } from '../streams/index.js'
import { spanOf } from '../streams/index.js'
import { dateBound, format, moment } from './since-schema.js'

const { checkedText, strict } = schemaParts

const span = () =>
  checkedText('a span from 1ms on, such as 30d, 12h, 2w, 1mo, 1y', text => isLong(spanOf(text)))
const bound = () => checkedText(moment, text => dateBound(text) !== undefined)

function isLong(own: Span | undefined): boolean {
  return own !== undefined && own.months + own.ms > 0
}

/** Windows of time, in the words of `since`. */
export const windowsSchema = strict({
  start: bound(),
  end: bound().optional(),
  step: span(),
  granularity: span().optional(),
  format: format.prefault('iso'),
}).superRefine(({ start, end }, context) => {
  const [first, last] = [start, end].map(text => text && dateBound(text))
  if (typeof first === 'number' && typeof last === 'number' && first >= last)
    context.addIssue({ code: 'custom', path: ['end'], message: `a moment after the start, ${start}` })
})

export function resolveWindows(windows: z.output<typeof windowsSchema>): DateWindows {
  const { start, end, step, granularity, format: sent } = windows
  return {
    start: dateBound(start) as number | Span,
    end: end === undefined ? undefined : dateBound(end),
    step: spanOf(step) as Span,
    granularity: granularity === undefined ? undefined : spanOf(granularity),
    format: sent,
  }
}
