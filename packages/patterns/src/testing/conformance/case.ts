import { nextTurn } from '../turns.js'
import type { ConformanceAdapter, ConformanceTime, Task } from './adapter.js'

/** What a case finds when the fault that it names is there. */
export class ConformanceFailure extends Error {
  override readonly name = 'ConformanceFailure'
}

/** One behaviour that libraries have got wrong. */
export interface ConformanceCase {
  /** As in docs/cases.md: `P-S1`. */
  readonly id: string
  readonly title: string
  /** Resolves with `n/a` when the library does not have what is tried; rejects when it has the fault. */
  run(adapter: ConformanceAdapter): Promise<'pass' | 'n/a'>
}

/** The parts of an adapter that a case needs, all of them there. */
export type Needed<K extends keyof ConformanceAdapter> = {
  readonly [P in K]-?: NonNullable<ConformanceAdapter[P]>
} & { readonly time: ConformanceTime }

const realTime: ConformanceTime = {
  now: () => performance.now(),
  pass: ms => new Promise(resolve => setTimeout(resolve, ms)),
}

/** A case that applies when the adapter has all of `needs`; `trial` may still say that it does not. */
export function caseOf<K extends keyof ConformanceAdapter>(
  id: string,
  title: string,
  needs: readonly K[],
  trial: (parts: Needed<K>) => Promise<'n/a' | undefined>,
): ConformanceCase {
  return {
    id,
    title,
    run: async adapter => {
      if (needs.some(need => adapter[need] === undefined || adapter[need] === false)) return 'n/a'
      return (await trial({ time: realTime, ...adapter } as unknown as Needed<K>)) ?? 'pass'
    },
  }
}

/** @throws ConformanceFailure when `holds` is false. */
export function expectThat(holds: boolean, finding: string): void {
  if (!holds) throw new ConformanceFailure(finding)
}

/** A task that runs until it is told how to end. */
export class Held {
  runs = 0
  #release: (() => void)[] = []
  readonly task: Task = () => {
    this.runs += 1
    return new Promise<void>((resolve, reject) => {
      this.#release.push(() => (this.#error === undefined ? resolve() : reject(this.#error)))
    })
  }
  #error: Error | undefined

  /** Ends all that run; with an error they reject. */
  end(error?: Error): void {
    this.#error = error
    for (const release of this.#release.splice(0)) release()
  }
}

/** How a promise stands after everything has settled that can without time passing. */
export async function stateOf(promise: Promise<unknown>): Promise<'pending' | 'fulfilled' | 'rejected'> {
  let state: 'pending' | 'fulfilled' | 'rejected' = 'pending'
  promise.then(
    () => (state = 'fulfilled'),
    () => (state = 'rejected'),
  )
  await settled()
  return state
}

/** Lets promises, ticks and immediates run, several rounds of them. */
export async function settled(): Promise<void> {
  for (let round = 0; round < 5; round += 1) await new Promise<void>(nextTurn)
}

/** The promise's rejection, if there is one, is of no interest. */
export function unheeded(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch(() => undefined)
}

/** Calls `run` and makes a synchronous throw a finding. */
export function startSafely(run: () => Promise<unknown>): Promise<unknown> {
  try {
    return run()
  } catch (error) {
    throw new ConformanceFailure(`run threw synchronously: ${String(error)}`)
  }
}

/** A signal that counts the listeners on it. */
export function countedSignal(): { controller: AbortController; listeners: () => number } {
  const controller = new AbortController()
  const { signal } = controller
  const listeners = new Set<unknown>()
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (type: string, listener: never, options?: never) => {
    listeners.add(listener)
    add(type, listener, options)
  }
  signal.removeEventListener = (type: string, listener: never, options?: never) => {
    listeners.delete(listener)
    remove(type, listener, options)
  }
  return { controller, listeners: () => listeners.size }
}
