/** Leave for one departure, which is used up when the request's head is written: see `Departure`. */
export interface Leave {
  sent(at?: number): void
  /** The request was so many milliseconds longer on its way than others; the limiter reckons with it. */
  delayed(byMs: number): void
  cancel(): void
}

/**
 * Takes leave of one limiter after the other, and is one leave of them all: what is sent is sent for each. Where
 * one refuses, those before it get theirs back.
 */
export async function takeInTurn(limiters: readonly (() => Promise<Leave>)[]): Promise<Leave> {
  const taken: Leave[] = []
  try {
    for (const take of limiters) taken.push(await take())
  } catch (error) {
    for (const leave of taken) leave.cancel()
    throw error
  }
  return taken.length === 1 ? (taken[0] as Leave) : together(taken)
}

function together(leaves: readonly Leave[]): Leave {
  const each = (tell: (leave: Leave) => void): void => {
    for (const leave of leaves) tell(leave)
  }
  return {
    sent: at => each(leave => leave.sent(at)),
    delayed: byMs => each(leave => leave.delayed(byMs)),
    cancel: () => each(leave => leave.cancel()),
  }
}
