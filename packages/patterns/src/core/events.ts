import { platform } from '#platform'
import type { EventSink } from './platform.js'

/** Every event is a plain object that `type` tells apart. */
export interface PatternEvent {
  readonly type: string
}

/** Hears of events. What it throws is reported as an uncaught error, and disturbs nobody else. */
export type Listener<E extends PatternEvent> = (event: E) => void

type Channels = Map<string, EventSink>

/** By pattern, then by type, so that asking whether an event is wanted builds no string. */
const channels = new Map<string, Channels>()

function channelsOf(pattern: string): Channels {
  let ofPattern = channels.get(pattern)
  if (ofPattern === undefined) {
    ofPattern = new Map()
    channels.set(pattern, ofPattern)
  }
  return ofPattern
}

/**
 * The events of one policy. They reach its own subscribers and the process-wide channel
 * `async-patterns:<pattern>:<type>`. Ask `wanted` first and build the event only then.
 * A listener that throws disturbs neither the policy nor other listeners: its error is
 * thrown again in a microtask, where the process sees it as uncaught.
 */
export class Events<E extends PatternEvent> {
  readonly #pattern: string
  readonly #channels: Channels
  #listeners: Set<Listener<E>> | undefined
  /** What has not reached all listeners yet; there only while events are being told. */
  #untold: E[] | undefined

  /** `pattern` in kebab-case: `circuit-breaker`. */
  constructor(pattern: string) {
    this.#pattern = pattern
    this.#channels = channelsOf(pattern)
  }

  /** Whether anybody listens to events of this type. */
  wanted(type: E['type']): boolean {
    return this.#listeners !== undefined || this.#channel(type).hasSubscribers
  }

  /** An event that a listener causes comes after the one it listened to, for every listener. */
  emit(event: E): void {
    if (this.#untold !== undefined) {
      this.#untold.push(event)
      return
    }
    this.#untold = [event]
    for (const next of this.#untold) this.#tell(next)
    this.#untold = undefined
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

  #tell(event: E): void {
    for (const listener of this.#listeners ?? []) {
      try {
        listener(event)
      } catch (error) {
        queueMicrotask(() => {
          throw error
        })
      }
    }
    const channel = this.#channel(event.type)
    if (channel.hasSubscribers) channel.publish(event)
  }

  #channel(type: E['type']): EventSink {
    let channel = this.#channels.get(type)
    if (channel === undefined) {
      channel = platform.channel(`async-patterns:${this.#pattern}:${type}`)
      this.#channels.set(type, channel)
    }
    return channel
  }
}
