import type { AsyncLocalStorage } from 'node:async_hooks'
import { seededRandom } from '../../core/index.js'
import { nextTurn } from '../turns.js'
import type { SemaphoreUnderTest } from './adapter.js'
import { caseOf, expectThat, Held, settled, startSafely, stateOf, unheeded } from './case.js'

/** How many tasks run at once when many are asked for. */
async function capacityOf(semaphore: SemaphoreUnderTest, asked = 20): Promise<number> {
  const held = new Held()
  const calls = Array.from({ length: asked }, () => unheeded(semaphore.run(held.task)))
  await settled()
  const { runs } = held
  while (held.runs < asked) {
    const before = held.runs
    held.end()
    await settled()
    if (held.runs === before) break
  }
  held.end()
  void Promise.all(calls)
  await settled()
  return runs
}

/** Where there is no Node there is none; an import would keep this entry from browsers and workers. */
function localStorage(): AsyncLocalStorage<string> | undefined {
  const { process } = globalThis as { readonly process?: Partial<NodeJS.Process> }
  const hooks = process?.getBuiltinModule?.('node:async_hooks')
  return hooks === undefined ? undefined : new hooks.AsyncLocalStorage<string>()
}

export const SEMAPHORE_CASES = [
  caseOf(
    'P-S1',
    'no barging: a freed permit goes to the first waiter',
    ['semaphore'],
    async ({ semaphore }) => {
      const limiter = semaphore({ maxConcurrent: 1 })
      const [held, order] = [new Held(), [] as string[]]
      const calls = [limiter.run(held.task), limiter.run(() => order.push('waiter'))]
      await settled()
      held.end()
      for (let tick = 0; tick < 20; tick += 1) {
        calls.push(limiter.run(() => order.push('newcomer')))
        await Promise.resolve()
      }
      await Promise.all(calls)
      expectThat(order[0] === 'waiter', 'a newcomer ran before the one who had waited')
      return undefined
    },
  ),

  caseOf(
    'P-S2',
    'an aborted waiter leaves at once, itself and no other',
    ['semaphore'],
    async ({ semaphore }) => {
      const limiter = semaphore({ maxConcurrent: 1 })
      if (limiter.abortable !== true) return 'n/a'
      const [held, aborted, other] = [new Held(), new Held(), new Held()]
      const first = limiter.run(held.task)
      const controller = new AbortController()
      const leaving = limiter.run(aborted.task, controller.signal)
      const staying = limiter.run(other.task, new AbortController().signal)
      await settled()
      controller.abort(new Error('given up'))
      expectThat((await stateOf(leaving)) === 'rejected', 'the aborted waiter still waits')
      expectThat((await stateOf(staying)) === 'pending', 'another waiter left with it')
      held.end()
      await first
      await settled()
      expectThat(other.runs === 1, 'the line did not move on')
      other.end()
      await staying
      expectThat(aborted.runs === 0, 'the aborted call was run')
      return undefined
    },
  ),

  caseOf('P-S3', 'after aborts at any moment all permits are back', ['semaphore'], async ({ semaphore }) => {
    const limiter = semaphore({ maxConcurrent: 3 })
    if (limiter.abortable !== true) return 'n/a'
    const random = seededRandom(11)
    const controllers = Array.from({ length: 60 }, () => new AbortController())
    let [running, most] = [0, 0]
    const task = async () => {
      running += 1
      most = Math.max(most, running)
      for (let tick = 0; tick < 3; tick += 1) await new Promise<void>(nextTurn)
      running -= 1
    }
    const calls = controllers.map(({ signal }) => unheeded(limiter.run(task, signal)))
    for (const controller of controllers) {
      if (random() < 0.5) controller.abort(new Error('given up'))
      if (random() < 0.5) await Promise.resolve()
      if (random() < 0.3) await new Promise<void>(nextTurn)
    }
    await Promise.all(calls)
    expectThat(most <= 3, `${most} ran at once, allowed were 3`)
    const capacity = await capacityOf(limiter)
    expectThat(capacity === 3, `${capacity} permits are left of 3`)
    return undefined
  }),

  caseOf(
    'P-S3',
    'a task that throws synchronously gives its permit back',
    ['semaphore'],
    async ({ semaphore }) => {
      const limiter = semaphore({ maxConcurrent: 2 })
      const failing = () => {
        throw new Error('at once')
      }
      for (let call = 0; call < 4; call += 1) await unheeded(startSafely(() => limiter.run(failing)))
      const capacity = await capacityOf(limiter)
      expectThat(capacity === 2, `${capacity} permits are left of 2`)
      return undefined
    },
  ),

  caseOf('P-S4', 'release twice: capacity does not grow', ['semaphore'], async ({ semaphore }) => {
    const limiter = semaphore({ maxConcurrent: 2 })
    if (limiter.acquire === undefined) return 'n/a'
    const release = await limiter.acquire()
    for (let times = 0; times < 3; times += 1) {
      try {
        release()
      } catch {
        // To refuse it loudly is as good.
      }
    }
    const capacity = await capacityOf(limiter)
    expectThat(capacity === 2, `${capacity} permits where 2 were`)
    return undefined
  }),

  caseOf(
    'P-S5',
    'a call that timed out keeps its permit until its work has ended',
    ['timedSemaphore'],
    async ({ timedSemaphore, time }) => {
      const limiter = timedSemaphore({ maxConcurrent: 1, timeoutMs: 20 })
      const [stuck, next] = [new Held(), new Held()]
      const first = limiter.run(stuck.task)
      const state = stateOf(first)
      await settled()
      await time.pass(60)
      expectThat((await state) === 'pending' && (await stateOf(first)) === 'rejected', 'it did not time out')
      const second = unheeded(limiter.run(next.task))
      await settled()
      const overlapped = next.runs > 0
      stuck.end()
      await settled()
      next.end()
      await time.pass(60)
      void second
      expectThat(!overlapped, 'the next one ran beside the work that was still going on')
      return undefined
    },
  ),

  caseOf('P-S6', 'a weight over capacity is refused at once', ['semaphore'], async ({ semaphore }) => {
    const limiter = semaphore({ maxConcurrent: 2 })
    if (limiter.runWeighted === undefined) return 'n/a'
    const tooHeavy = limiter.runWeighted(() => undefined, 3)
    expectThat((await stateOf(tooHeavy)) === 'rejected', 'it waits for what can never be')
    return undefined
  }),

  caseOf(
    'P-S7',
    'AsyncLocalStorage of the caller holds inside queued work',
    ['semaphore'],
    async ({ semaphore }) => {
      const limiter = semaphore({ maxConcurrent: 1 })
      const store = localStorage()
      if (store === undefined) return 'n/a'
      const [held, seen] = [new Held(), [] as unknown[]]
      const calls = [store.run('holder', () => limiter.run(held.task))]
      for (const caller of ['first', 'second']) {
        calls.push(store.run(caller, () => limiter.run(() => seen.push(store.getStore()))))
      }
      await settled()
      held.end()
      await Promise.all(calls)
      expectThat(seen.join() === 'first,second', `the tasks saw ${seen.join()}`)
      return undefined
    },
  ),

  caseOf('P-S8', 'live resize up lets waiters in', ['semaphore'], async ({ semaphore }) => {
    const limiter = semaphore({ maxConcurrent: 1 })
    if (limiter.resize === undefined) return 'n/a'
    const held = new Held()
    const calls = Array.from({ length: 5 }, () => limiter.run(held.task))
    await settled()
    limiter.resize(3)
    await settled()
    const { runs } = held
    while (held.runs < 5) {
      held.end()
      await settled()
    }
    held.end()
    await Promise.all(calls)
    expectThat(runs === 3, `${runs} of 3 run after the resize`)
    return undefined
  }),
]
