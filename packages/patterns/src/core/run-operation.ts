import type { Context, Operation } from './policy.js'

/** The operation's promise, whether it returned a promise, returned a value or threw. */
export function runOperation<T>(operation: Operation<T>, context: Context): Promise<T> {
  try {
    return Promise.resolve(operation(context))
  } catch (error) {
    return Promise.reject(error)
  }
}
