import type { ServerResponse } from 'node:http'
import type { Fate } from './behaviour-plan.js'
import type { DelayLine } from './delay-line.js'
import type { Fault } from './fault.js'
import { sendReply } from './reply.js'
import type { Reply } from './reply.js'
import { sendFault } from './send-fault.js'

/** An answer on its way. */
export interface Answering {
  readonly response: ServerResponse
  readonly reply: Reply
  readonly fate: Fate
  /** Told the status that was sent, 0 when none was. */
  readonly answered: (status: number) => void
}

/** Sends the reply, or what its fate makes of it, when it is due: at once when that is now. */
export function answer(delays: DelayLine, { response, reply, fate, answered }: Answering): void {
  const send = (): void => answered(sendAs(response, reply, fate.fault))
  if (fate.delayMs <= 0) send()
  else delays.after(fate.delayMs, send)
}

function sendAs(response: ServerResponse, reply: Reply, fault: Fault | undefined): number {
  if (response.destroyed) return 0
  if (fault !== undefined) return sendFault(response, reply, fault)
  sendReply(response, reply)
  return reply.status
}
