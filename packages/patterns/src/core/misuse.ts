import { CallContext } from './context.js'
import { checkFunction, wrong } from './option-checks.js'
import { checkOptions, isPlain } from './options.js'

const NAMES = ['signal', 'deadlineAt']
const LIVE = { aborted: false }

/** @throws TypeError when it is no policy. */
export function checkPolicy(name: string, policy: unknown): void {
  checkFunction(`${name}.execute`, (Object(policy) as { readonly execute?: unknown }).execute)
}

/**
 * Why a call cannot be made as it is written, as the rejection that its caller gets: `operation` is no
 * function, or `within` is no Within. Undefined when it can be made.
 */
export function misuse(owner: string, operation: unknown, within: unknown): Promise<never> | undefined {
  // Small, so that it becomes part of whoever asks: it is asked at every call.
  const isUsual = within === undefined || within instanceof CallContext
  return isUsual && typeof operation === 'function' ? undefined : refusalOf(owner, operation, within)
}

function refusalOf(owner: string, operation: unknown, within: unknown): Promise<never> | undefined {
  try {
    checkFunction(`${owner}.operation`, operation)
    checkWithin(owner, within)
    return undefined
  } catch (error) {
    return Promise.reject(error)
  }
}

/**
 * What else an object has than a signal or a deadline is its owner's own; but one that has neither, an
 * AbortSignal say, was meant for something else.
 * @throws TypeError when it is no Within; it names what is wrong with it.
 */
export function checkWithin(owner: string, within: unknown): void {
  if (within === undefined || within instanceof CallContext) return
  const name = `${owner}.within`
  const given = Object(within) as { readonly signal?: unknown; readonly deadlineAt?: unknown }
  if (!('signal' in given || 'deadlineAt' in given)) {
    if (isPlain(within)) return checkOptions(name, given, NAMES)
    throw wrong(TypeError, name, within, 'an object with signal or deadlineAt')
  }
  const { signal, deadlineAt } = given
  if (typeof ((signal ?? LIVE) as Partial<AbortSignal>).aborted !== 'boolean') {
    throw wrong(TypeError, `${name}.signal`, signal, 'an AbortSignal')
  }
  if (typeof (deadlineAt ?? 0) !== 'number') {
    throw wrong(TypeError, `${name}.deadlineAt`, deadlineAt, 'a number')
  }
}
