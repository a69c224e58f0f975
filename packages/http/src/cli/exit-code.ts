import { CommanderError } from 'commander'
import { UsageError } from './usage-error.js'

/** What the process ends with; the same for every command. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  partial: 3,
  untrusted: 4,
  interrupted: 130,
} as const

/** The exit code for an error that reached the top; `--help` and `--version` come this way too, with 0. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  return error instanceof UsageError ? EXIT.usage : EXIT.failed
}
