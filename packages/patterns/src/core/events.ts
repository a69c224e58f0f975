import { platform } from '#platform'
import type { EventSink } from './platform.js'

/** Every event is a plain object that `type` tells apart. */
export interface PatternEvent {
  readonly type: string
}

export type Listener<E extends PatternEvent> = (event: E) => void

const channels = new Map<string, EventSink>()

function channelOf(pattern: string, type: string): EventSink {
  const name = `async-patterns:${pattern}:${type}`
  let channel = channels.get(name)
  if (channel === undefined) {
    channel = platform.channel(name)
    channels.set(name, channel)
  }
  return channel
}

/**
 * The events of one policy. They reach its own subscribers and the process-wide channel
 * `async-patterns:<pattern>:<type>`. Ask `wanted` first and build the event only then.
 * A listener that throws disturbs neither the policy nor other listeners: its error is
 * thrown again in a microtask, where the process sees it as uncaught.
 */
export class Events<E extends PatternEvent> {
  readonly #pattern: string
  #listeners: Set<Listener<E>> | undefined

  /** `pattern` in kebab-case: `circuit-breaker`. */
  constructor(pattern: string) {
    this.#pattern = pattern
  }

  /** Whether anybody listens to events of this type. */
  wanted(type: E['type']): boolean {
    return this.#listeners !== undefined || channelOf(this.#pattern, type).hasSubscribers
  }

  emit(event: E): void {
    for (const listener of this.#listeners ?? []) {
      try {
        listener(event)
      } catch (error) {
        queueMicrotask(() => {
          throw error
        })
      }
    }
    const channel = channelOf(this.#pattern, event.type)
    if (channel.hasSubscribers) channel.publish(event)
  }

  /** Events arrive in the order in which they happened. Dispose the result to stop. */
  subscribe(listener: Listener<E>): Disposable {
    this.#listeners ??= new Set()
    const own: Listener<E> = event => listener(event)
    this.#listeners.add(own)
    return {
      [Symbol.dispose]: () => {
        this.#listeners?.delete(own)
        if (this.#listeners?.size === 0) this.#listeners = undefined
      },
    }
  }
}
