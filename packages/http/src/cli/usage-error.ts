/** The command was called wrongly: exit code 2, the message alone, no stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
