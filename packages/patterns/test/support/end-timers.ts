import { afterAll } from 'vitest'

/**
 * For test files that share a process: what a file still waits for when its tests have ended is waited for no
 * longer. A waiter that nobody looks at any more would else be rejected half a minute later, in the midst of
 * another file.
 */
const { setTimeout } = globalThis
/** Weak, so that tests of memory find nothing held here; a timer that is set is held by the event loop. */
const timers = new Set<WeakRef<NodeJS.Timeout>>()

function setKnownTimeout(...args: Parameters<typeof setTimeout>): NodeJS.Timeout {
  const timer = setTimeout(...args)
  timers.add(new WeakRef(timer))
  return timer
}

globalThis.setTimeout = Object.assign<typeof setKnownTimeout, typeof setTimeout>(setKnownTimeout, setTimeout)

afterAll(() => {
  globalThis.setTimeout = setTimeout
  for (const timer of timers) clearTimeout(timer.deref())
})
