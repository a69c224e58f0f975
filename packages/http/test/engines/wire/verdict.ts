import { ResponseParser } from '../../../src/engines/wire/response-parser.js'

/** One message as a parser saw it. */
export interface SeenMessage {
  readonly status: number
  readonly keepAlive: boolean
  readonly body: string
}

/** What a parser makes of a connection: the messages that ended, then how the connection did. */
export interface Verdict {
  readonly messages: readonly SeenMessage[]
  readonly end: 'ok' | 'refused' | 'truncated'
}

/** Our parser, fed with the bytes cut at `cuts`. */
export function ourVerdict(
  bytes: Buffer,
  cuts: readonly number[],
  noBody = false,
): Verdict & { why: string } {
  const parser = new ResponseParser({ maxHeadBytes: 1 << 20, maxLineBytes: 1 << 20 })
  parser.noBody = noBody
  const messages: SeenMessage[] = []
  let body = ''
  parser.sink = {
    onBody(buffer, start, end) {
      body += buffer.toString('latin1', start, end)
    },
  }
  const note = (): void => {
    if (!parser.complete) return
    messages.push({ status: parser.status, keepAlive: parser.keepAlive, body })
    body = ''
  }
  for (const piece of pieces(bytes, cuts)) {
    let at = 0
    while (at < piece.length && parser.fault === undefined) {
      const stop = parser.execute(piece, at, piece.length)
      if (stop === at && !parser.complete && parser.fault === undefined) throw new Error('no progress')
      at = stop
      note()
    }
  }
  if (parser.fault !== undefined) return { messages, end: 'refused', why: parser.reason }
  const end = parser.finish() ? 'ok' : 'truncated'
  note()
  return { messages, end, why: '' }
}

/** The bytes in pieces, each in memory of its own, so that reading past an end shows. */
export function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const edges = [0, ...[...cuts].sort((a, b) => a - b), bytes.length]
  return edges.slice(1).map((edge, index) => Buffer.from(bytes.subarray(edges[index] ?? 0, edge)))
}
