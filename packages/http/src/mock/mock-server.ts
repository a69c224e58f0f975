import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Behaviour } from './behaviour.js'
import { BehaviourPlan } from './behaviour-plan.js'
import { answerControl, isControl } from './controls.js'
import type { Controls } from './controls.js'
import { DelayQueue } from './delay-queue.js'

/**
 * An idle client may come back much later: a connection that closes under its request would be a fault of
 * ours.
 */
const KEEP_ALIVE_MS = 120_000
/** Hundreds of connections may be opened in one burst; the runtime's 511 is near to that. */
const BACKLOG = 1024

/** What all mock servers stand on: one port, the behaviour, `/health` and the other control endpoints. */
export abstract class MockServer implements AsyncDisposable {
  protected readonly seed: number
  /** What is answered later. */
  protected readonly delays = new DelayQueue()
  /** Beside `/health` and `/__behaviour`, which every mock has. */
  protected abstract readonly controls: Controls
  readonly #server: Server
  #plan: BehaviourPlan
  #url = ''

  /** @throws RangeError, TypeError for a bad behaviour. */
  protected constructor(behaviour: Behaviour, seed: number) {
    this.seed = seed
    this.#plan = new BehaviourPlan(behaviour, seed, performance.now())
    this.#server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true }, (request, response) => {
      if (isControl(request.url ?? '')) void answerControl(this.#allControls(), request, response)
      else this.handle(request, response)
    })
  }

  /** `http://host:port`, without a slash at the end; empty before `listen`. */
  get url(): string {
    return this.#url
  }

  /** Replaces the whole behaviour; counts, times and chances start over. Returns it with its defaults. */
  setBehaviour(behaviour: Behaviour): Behaviour {
    this.#plan = new BehaviourPlan(behaviour, this.seed, performance.now())
    return this.#plan.behaviour
  }

  /** Port 0 takes a free one. Rejects when the port cannot be had. */
  async listen(port: number, host: string): Promise<void> {
    this.#server.listen(port, host, BACKLOG)
    await once(this.#server, 'listening')
    const { port: taken } = this.#server.address() as AddressInfo
    this.#url = `http://${host.includes(':') ? `[${host}]` : host}:${taken}`
  }

  /** Cuts off what is in flight. May be called again. */
  async close(): Promise<void> {
    this.delays.clear()
    if (!this.#server.listening) return
    const closed = new Promise<void>(resolve => {
      this.#server.close(() => resolve())
    })
    this.#server.closeAllConnections()
    await closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Its times are on the scale of `performance.now()`. */
  protected get plan(): BehaviourPlan {
    return this.#plan
  }

  /** Answers one request of the service that is mocked. */
  protected abstract handle(request: IncomingMessage, response: ServerResponse): void

  #allControls(): Controls {
    return {
      'GET /health': () => ({ status: 'ok' }),
      'GET /__behaviour': () => this.#plan.behaviour,
      'PUT /__behaviour': body => this.setBehaviour(body as Behaviour),
      ...this.controls,
    }
  }
}
