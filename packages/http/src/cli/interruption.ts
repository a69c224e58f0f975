import { EXIT } from './exit-code.js'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const
/** A terminal and a parent process may both hand on one and the same Ctrl-C. */
const ECHO_MS = 50

export interface Interruption extends Disposable {
  readonly signal: AbortSignal
}

/** Aborted by the first SIGINT or SIGTERM; a second one ends the process at once. The ledger stands that. */
export function interruption(): Interruption {
  const controller = new AbortController()
  let firstAt: number | undefined
  const onSignal = (): void => {
    const now = performance.now()
    if (firstAt !== undefined && now - firstAt > ECHO_MS) process.exit(EXIT.interrupted)
    firstAt ??= now
    controller.abort()
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const signal of SIGNALS) process.off(signal, onSignal)
    },
  }
}
