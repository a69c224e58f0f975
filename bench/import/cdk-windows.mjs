/** The windows of a datetime cursor, as the CDK's concurrent cursor cuts them on a first run. */
import { addDelta, formatDate, parseDate, parseDuration, PyDate } from './datetimes.mjs'
import { evaluateString } from './jinja.mjs'
import { isDict, str } from './python.mjs'

const MOST = 400

/** `[{ start_time, end_time }]`, by the names that the cursor gives them. */
export function windowsOf(stream) {
  const cursor = stream.incremental
  if (cursor.type === 'IncrementingCountCursor') return [{}]
  const { start: first, end: last } = bounds(stream)
  const fields = stream.windowFields()
  const shown = ([start, end]) => ({
    [fields.start]: formatDate(start, cursor.datetime_format),
    [fields.end]: formatDate(end, cursor.datetime_format),
  })
  return cut(stream, first, last).map(shown)
}

/** The first and the last moment of a first run. */
export function bounds(stream) {
  const cursor = stream.incremental
  const now = new PyDate(stream.environment.now() * 1000)
  const start = momentOf(stream, cursor.start_datetime, cursor)
  const end = cursor.end_datetime === undefined ? now : momentOf(stream, cursor.end_datetime, cursor)
  return { start, end: end.us < now.us ? end : now }
}

function momentOf(stream, value, cursor) {
  const node = isDict(value) ? value : { datetime: value }
  const format = node.datetime_format || cursor.datetime_format
  const read = text => parseDate(str(evaluateString(text, stream.context(node))), format)
  const moment = read(node.datetime)
  const least = node.min_datetime && safe(() => read(node.min_datetime))
  const most = node.max_datetime && safe(() => read(node.max_datetime))
  if (least && least.us > moment.us) return least
  return most && most.us < moment.us ? most : moment
}

function safe(read) {
  try {
    return read()
  } catch {
    return undefined
  }
}

function cut(stream, lower, upper) {
  const { step, cursor_granularity: granularity } = stream.incremental
  if (lower.us >= upper.us) return []
  const length = step
    ? parseDuration(str(evaluateString(step, stream.context(stream.incremental))))
    : undefined
  const grain = granularity ? parseDuration(granularity) : undefined
  if (length === undefined) return [[lower, upper]]
  const windows = []
  for (let start = lower; start.us < upper.us && windows.length < MOST; ) {
    const next = addDelta(start, length, 1)
    const isLast = next.us >= upper.us
    windows.push([start, isLast ? upper : grain === undefined ? next : addDelta(next, grain, -1)])
    start = isLast ? upper : next
  }
  return windows
}
