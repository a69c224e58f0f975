import { recordObject } from '../record-object.js'
import type { MessageFormat } from './message-format.js'

/** An object a line, with its stream. */
export const ndjson: MessageFormat = {
  head: () => '',
  line: (change, { name }) => `${JSON.stringify({ _stream: name, ...recordObject(change) })}\n`,
  end: () => '',
}
