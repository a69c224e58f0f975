const hubs = new WeakMap<AbortSignal, SignalHub>()

/** All who wait for one AbortSignal share one listener on it: adding and leaving take constant time. */
class SignalHub {
  readonly #signal: AbortSignal
  readonly #listeners = new Set<() => void>()
  readonly #fire = (): void => {
    // One listener may unsubscribe another that has not had its turn: that one must not be called any more.
    for (const listener of Array.from(this.#listeners)) {
      if (this.#listeners.delete(listener)) listener()
    }
  }

  constructor(signal: AbortSignal) {
    this.#signal = signal
  }

  add(listener: () => void): () => void {
    if (this.#listeners.size === 0) this.#signal.addEventListener('abort', this.#fire, { once: true })
    const own = (): void => listener()
    this.#listeners.add(own)
    return () => {
      if (this.#listeners.delete(own) && this.#listeners.size === 0) {
        this.#signal.removeEventListener('abort', this.#fire)
      }
    }
  }
}

/** The hub of a signal; it lives as long as the signal. */
export function signalHub(signal: AbortSignal): SignalHub {
  let hub = hubs.get(signal)
  if (hub === undefined) {
    hub = new SignalHub(signal)
    hubs.set(signal, hub)
  }
  return hub
}
