import type { Constant } from '../jinja/index.js'
import { literal, truthy } from '../jinja/index.js'

/** Whether a condition holds that is known at import: of texts, those that read as false do not. */
export function holds(value: Constant): boolean {
  const read = typeof value === 'string' ? literal(value) : value
  return read !== 'false' && truthy(read)
}
