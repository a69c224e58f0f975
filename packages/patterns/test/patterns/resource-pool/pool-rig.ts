import { ResourcePool } from 'async-patterns'
import type { DestroyReason, ResourcePoolOptions } from 'async-patterns'
import { ManualClock } from 'async-patterns/testing'

export interface Connection {
  readonly id: number
  isOpen: boolean
}

export function setUp(options: Partial<ResourcePoolOptions<Connection>> = {}) {
  const clock = new ManualClock()
  const made: Connection[] = []
  const create = (): Connection => {
    const connection = { id: made.length + 1, isOpen: true }
    made.push(connection)
    return connection
  }
  const destroy = (connection: Connection): void => {
    connection.isOpen = false
  }
  const pool = new ResourcePool<Connection>({ create, destroy, clock, random: () => 0.5, ...options })
  const reasons: DestroyReason[] = []
  pool.subscribe(event => {
    if (event.type === 'destroy') reasons.push(event.reason)
  })
  const open = () => made.filter(one => one.isOpen).map(one => one.id)
  return { clock, pool, made, reasons, open }
}

/** A `create` whose every call ends when the test says so. */
export function byHand() {
  const calls: {
    resolve: (connection: Connection) => void
    reject: (error: Error) => void
    signal: AbortSignal
  }[] = []
  const create = (signal: AbortSignal) =>
    new Promise<Connection>((resolve, reject) => calls.push({ resolve, reject, signal }))
  return { calls, create }
}

export const connection = (id: number): Connection => ({ id, isOpen: true })
