import type { ServerResponse } from 'node:http'
import type { Fate } from './behaviour-plan.js'
import type { Fault } from './fault.js'
import { type Reply, sendReply } from './reply.js'
import { sendFault } from './send-fault.js'

/** Told the status that was sent, 0 when none was. */
type Answered = (status: number) => void

/** Sends the reply, or what its fate makes of it, when it is due; at once, without a timer, when that is now. */
export function answer(response: ServerResponse, reply: Reply, fate: Fate, answered: Answered): void {
  const { delayMs, fault } = fate
  if (delayMs <= 0) answerNow(response, reply, fault, answered)
  else setTimeout(answerNow, delayMs, response, reply, fault, answered).unref()
}

function answerNow(
  response: ServerResponse,
  reply: Reply,
  fault: Fault | undefined,
  answered: Answered,
): void {
  if (response.destroyed) {
    answered(0)
  } else if (fault === undefined) {
    sendReply(response, reply)
    answered(reply.status)
  } else {
    answered(sendFault(response, reply, fault))
  }
}
