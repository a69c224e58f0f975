import type { ServerResponse } from 'node:http'
import type { Decision } from './behaviour-plan.js'
import type { DelayQueue } from './delay-queue.js'
import type { Fault } from './fault.js'
import { sendReply } from './reply.js'
import type { Reply } from './reply.js'
import { sendFault } from './send-fault.js'

/** An answer on its way. */
export interface Answering {
  readonly response: ServerResponse
  readonly reply: Reply
  readonly decision: Decision
  /** Called just before the first byte is sent, or would be. */
  readonly answering?: (() => void) | undefined
  /** Told the status that was sent, 0 when none was. */
  readonly answered: (status: number) => void
}

/** Sends the reply, or what the plan decided instead, when it is due: at once when that is now. */
export function answer(
  delays: DelayQueue,
  { response, reply, decision, answering, answered }: Answering,
): void {
  const send = (): void => {
    answering?.()
    answered(sendAs(response, reply, decision.fault))
  }
  if (decision.delayMs <= 0) send()
  else delays.after(decision.delayMs, send)
}

function sendAs(response: ServerResponse, reply: Reply, fault: Fault | undefined): number {
  if (response.destroyed) return 0
  if (fault !== undefined) return sendFault(response, reply, fault)
  sendReply(response, reply)
  return reply.status
}
