import { aligned } from './aligned.js'
import { cutTo } from './fitted.js'

/** How far a stream, or a part of it, has come. */
export interface StateRow {
  readonly stream: string
  readonly part: string
  readonly [key: string]: string | number
}

const WIDTH = 80

/** One line for each part, no wider than 80 columns: names of streams and parts give way. */
export function stateTable(rows: readonly StateRow[]): string {
  if (rows.length === 0) return 'Nothing is kept.'
  const told = rows.map(({ stream, part, field = '', since = '' }) => [
    stream,
    part === '' ? '-' : part,
    `${field}`,
    `${since}`,
  ])
  const lines = [['stream', 'part', 'field', 'since'], ...told]
  const room =
    WIDTH - 6 - Math.max(...lines.map(([, , field = '', since = '']) => field.length + since.length))
  const half = Math.max(12, Math.floor(room / 2))
  return aligned(
    lines.map(([stream = '', part = '', ...rest]) => [cutTo(stream, half), cutTo(part, half), ...rest]),
    4,
  ).join('\n')
}
