import type { Within } from 'async-patterns'
import type { DeparturePolicy } from './departure-policy.js'

/** What is taken for a while. */
export interface Releasable {
  release(): void
}

/** What a departing request needs besides leave to depart: memory, a place among those in flight. */
export interface Room<R extends Releasable> {
  /** Undefined where there is none now. */
  tryTake(): R | undefined
  take(within: Within): Promise<R>
}

/**
 * Takes room for a request that has leave to depart. Leave is given back while it waits for room: the server may
 * ask for quiet meanwhile. And room is given back where leave takes longer than `soonMs`: in a minute of quiet it
 * is for the requests of others.
 */
export async function takeRoom<R extends Releasable>(
  room: Room<R>,
  departing: DeparturePolicy,
  soonMs: number,
  within: Within,
): Promise<R> {
  for (;;) {
    const free = room.tryTake()
    if (free !== undefined && departing.hasLeave) return free
    departing.giveBack()
    const taken = free ?? (await room.take(within))
    if (await departsSoon(taken, departing, soonMs, within)) return taken
    await departing.acquire(within)
  }
}

/** One that waits to depart keeps its room no longer than a request may. */
async function departsSoon(
  taken: Releasable,
  departing: DeparturePolicy,
  soonMs: number,
  within: Within,
): Promise<boolean> {
  let departs = false
  try {
    departs = await departing.acquireWithin(soonMs, within)
    return departs
  } finally {
    if (!departs) taken.release()
  }
}
