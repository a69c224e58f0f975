/** A process-wide channel for events of one kind; Node's `diagnostics_channel` fits it. */
export interface EventSink {
  readonly hasSubscribers: boolean
  publish(event: unknown): void
}

/** The runtime's services that the core uses, behind the subpath import `#platform`. */
export interface Platform {
  channel(name: string): EventSink
}
