import { caseOf, countedSignal, expectThat, Held, settled, startSafely, stateOf, unheeded } from './case.js'

const down = () => Promise.reject(new Error('down'))
const TOO_LONG_FOR_A_TIMER = 2 ** 31

/** The part of Node's process that tells of rejections which nobody has handled. */
interface RejectionSource {
  on(event: 'unhandledRejection', listener: () => void): void
  off(event: 'unhandledRejection', listener: () => void): void
}

export const RETRY_CASES = [
  caseOf('P-R1', 'a delay over 2^31-1 ms does not fire at once', ['retry'], async ({ retry, time }) => {
    const controller = new AbortController()
    const policy = retry({ attempts: 3, delayMs: TOO_LONG_FOR_A_TIMER })
    let runs = 0
    const task = () => {
      runs += 1
      return down()
    }
    const call = policy.abortable === true ? policy.run(task, controller.signal) : policy.run(task)
    void unheeded(call)
    await settled()
    await time.pass(40)
    controller.abort(new Error('enough'))
    expectThat(runs === 1, `${runs} attempts within 40 ms`)
    return undefined
  }),

  caseOf('P-R3', '1,000 calls on one AbortSignal leave no listener', ['retry'], async ({ retry, time }) => {
    const policy = retry({ attempts: 2, delayMs: 1 })
    if (policy.abortable !== true) return 'n/a'
    const { controller, listeners } = countedSignal()
    const calls = Array.from({ length: 1_000 }, (_, index) => {
      let runs = 0
      const task = () => {
        runs += 1
        if (index % 2 === 0 && runs === 1) throw new Error('once')
      }
      return policy.run(task, controller.signal)
    })
    await settled()
    await time.pass(50)
    await Promise.all(calls)
    expectThat(listeners() === 0, `${listeners()} listeners are left`)
    return undefined
  }),

  caseOf('P-R4', 'an abort during the wait ends it at once', ['retry'], async ({ retry }) => {
    const policy = retry({ attempts: 3, delayMs: 5_000 })
    if (policy.abortable !== true) return 'n/a'
    const controller = new AbortController()
    const call = policy.run(down, controller.signal)
    void unheeded(call)
    await settled()
    controller.abort(new Error('given up'))
    expectThat((await stateOf(call)) === 'rejected', 'it waits on')
    return undefined
  }),

  caseOf('P-R4', 'an already aborted signal runs nothing', ['retry'], async ({ retry }) => {
    const policy = retry({ attempts: 3, delayMs: 5 })
    if (policy.abortable !== true) return 'n/a'
    let runs = 0
    const signal = AbortSignal.abort(new Error('given up'))
    const call = startSafely(() => policy.run(() => (runs += 1), signal))
    expectThat((await stateOf(call)) === 'rejected', 'it did not reject')
    expectThat(runs === 0, 'the task was run')
    return undefined
  }),

  caseOf(
    'P-R8',
    'a task that throws synchronously is tried again, and run does not throw',
    ['retry'],
    async ({ retry, time }) => {
      let runs = 0
      const call = startSafely(() =>
        retry({ attempts: 2, delayMs: 5 }).run(() => {
          runs += 1
          throw new Error('at once')
        }),
      )
      void unheeded(call)
      await settled()
      await time.pass(40)
      expectThat((await stateOf(call)) === 'rejected' && runs === 2, `it was run ${runs} times`)
      return undefined
    },
  ),

  caseOf(
    'P-R8',
    'a rejection after the timeout is no unhandledRejection',
    ['timeout'],
    async ({ timeout, time }) => {
      const { process } = globalThis as { process?: RejectionSource }
      if (process === undefined) return 'n/a'
      let unhandled = 0
      const count = () => {
        unhandled += 1
      }
      process.on('unhandledRejection', count)
      try {
        const held = new Held()
        const call = unheeded(timeout({ timeoutMs: 20 }).run(held.task))
        await settled()
        await time.pass(60)
        await call
        held.end(new Error('late'))
        await settled()
      } finally {
        process.off('unhandledRejection', count)
      }
      expectThat(unhandled === 0, 'the late rejection was unhandled')
      return undefined
    },
  ),

  caseOf(
    'P-R3',
    '1,000 timed calls on one AbortSignal leave no listener',
    ['timeout'],
    async ({ timeout, time }) => {
      const policy = timeout({ timeoutMs: 30 })
      if (policy.abortable !== true) return 'n/a'
      const { controller, listeners } = countedSignal()
      const never = () => new Promise(() => undefined)
      const calls = Array.from({ length: 1_000 }, (_, index) =>
        unheeded(policy.run(index % 2 === 0 ? () => undefined : never, controller.signal)),
      )
      await settled()
      await time.pass(100)
      await Promise.all(calls)
      expectThat(listeners() === 0, `${listeners()} listeners are left`)
      return undefined
    },
  ),
]
