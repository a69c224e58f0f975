/**
 * Calls back when the event loop turns: all promises have settled then that can. Browsers and workers have no
 * `setImmediate`; there it is a message, for their timers wait longer the more often they are set.
 */
export function nextTurn(callback: () => void): void {
  if (typeof setImmediate === 'function') setImmediate(callback)
  else if (typeof MessageChannel === 'function') sendTo(callback)
  else setTimeout(callback, 0)
}

/** A MessagePort as it is in browsers; Node's types leave this way to listen out. */
interface WebPort {
  addEventListener(type: 'message', listener: () => void): void
  start(): void
  postMessage(message: unknown): void
  close(): void
}

/** The same, sooner where that is possible, and only when asked for by a microtask. */
export function afterPromises(callback: () => void): void {
  const { process } = globalThis as { readonly process?: Partial<NodeJS.Process> }
  if (typeof process?.nextTick === 'function') process.nextTick(callback)
  else nextTurn(callback)
}

function sendTo(callback: () => void): void {
  const { port1, port2 }: { port1: WebPort; port2: WebPort } = new MessageChannel() as never
  port1.addEventListener('message', () => {
    port1.close()
    callback()
  })
  port1.start()
  port2.postMessage(undefined)
}
