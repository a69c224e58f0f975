import { Histogram } from 'async-patterns/observability'

/** What `GET /__stats` gives. */
export interface HttpMockStats {
  /** Requests that arrived: the sum over `routes`, and those in flight. */
  readonly requests: number
  readonly inFlight: number
  /** Per route, per status. Status 0: none was sent, for the fault was that, or the client had gone. */
  readonly routes: Readonly<Record<string, Readonly<Record<string, number>>>>
  /**
   * True latencies of all that was answered, in milliseconds: from the moment at which the request's head had
   * been parsed to the one at which the whole response had been handed to the socket. Never shorter than what
   * was drawn, but longer by a timer's lateness, about a millisecond: compare with these, not with the flags.
   */
  readonly latencyMs: {
    readonly count: number
    readonly min: number | null
    readonly mean: number | null
    readonly p50: number | null
    readonly p95: number | null
    readonly p99: number | null
    readonly max: number | null
    /** The exact, mergeable form: `Histogram.fromJSON`. */
    readonly histogram: ReturnType<Histogram['toJSON']>
  }
}

/** The server's own count of what it did. */
export class Stats {
  readonly #routes = new Map<string, Map<number, number>>()
  readonly #latencies = new Histogram()
  #requests = 0
  #done = 0

  arrived(): void {
    this.#requests++
  }

  answered(route: string, status: number, ms: number): void {
    this.#done++
    const statuses = this.#routes.get(route) ?? this.#addRoute(route)
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    if (status !== 0) this.#latencies.record(ms)
  }

  toJSON(): HttpMockStats {
    return {
      requests: this.#requests,
      inFlight: this.#requests - this.#done,
      routes: Object.fromEntries([...this.#routes].map(([route, one]) => [route, Object.fromEntries(one)])),
      latencyMs: latencySummary(this.#latencies),
    }
  }

  #addRoute(route: string): Map<number, number> {
    const statuses = new Map<number, number>()
    this.#routes.set(route, statuses)
    return statuses
  }
}

function latencySummary(latencies: Histogram): HttpMockStats['latencyMs'] {
  const { count } = latencies
  const shown = (value: number): number | null => (count === 0 ? null : value)
  return {
    count,
    min: shown(latencies.min),
    mean: shown(latencies.mean),
    p50: shown(latencies.percentile(50)),
    p95: shown(latencies.percentile(95)),
    p99: shown(latencies.percentile(99)),
    max: shown(latencies.max),
    histogram: latencies.toJSON(),
  }
}
