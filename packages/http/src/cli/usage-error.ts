/** The command was called wrongly: exit code 2, the message alone, no stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/**
 * What is read and checked of what the user gave. An option that is found wrong here is the user's mistake;
 * the same kind of error from anywhere else is a fault of ours. `told` turns the message into the user's words.
 */
export function asGiven<T>(read: () => T, told = (message: string): string => message): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) {
      throw new UsageError(told(error.message), { cause: error })
    }
    throw error
  }
}
