/** A process-wide channel for events of one kind; Node's `diagnostics_channel` fits it. */
export interface EventSink {
  readonly hasSubscribers: boolean
  publish(event: unknown): void
}

/** What AsyncLocalStorage held at one moment; Node's `AsyncResource` fits it. */
export interface AsyncScope {
  /** Calls `callback` under it. */
  runInAsyncScope(callback: () => void): void
}

/** The runtime's services that the core uses, behind the subpath import `#platform`. */
export interface Platform {
  channel(name: string): EventSink
  captureScope(): AsyncScope
  /** See `Clock.endOfTurn`. */
  endOfTurn(callback: () => void): void
}
