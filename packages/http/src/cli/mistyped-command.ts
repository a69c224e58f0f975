import { existsSync } from 'node:fs'
import type { Command } from 'commander'

/**
 * The words of a call for help of which the last is neither a command nor a file, such as `mock shpos` of
 * `mock shpos --help`: called without `--help` they say what was probably meant, where commander would show
 * the help of `mock`. Undefined when the words are right, or when no help is asked for.
 */
export function mistypedCommand(root: Command, args: readonly string[]): string[] | undefined {
  const words = args.slice(0, firstFlag(args))
  if (!words.includes('help') && !args.includes('--help') && !args.includes('-h')) return undefined
  const path: string[] = []
  let command = root
  for (const word of words.filter(each => each !== 'help')) {
    if (command.commands.length === 0) return undefined
    path.push(word)
    const called = command.commands.find(each => each.name() === word)
    if (called === undefined) return takesFile(command, word) ? undefined : path
    command = called
  }
  return undefined
}

function firstFlag(args: readonly string[]): number | undefined {
  const at = args.findIndex(arg => arg.startsWith('-'))
  return at === -1 ? undefined : at
}

function takesFile(command: Command, word: string): boolean {
  return command.registeredArguments.length > 0 && (isPath(word) || existsSync(word))
}

/** Whether it looks like a path rather than a subcommand. */
export function isPath(word: string): boolean {
  return /[./\\]/.test(word)
}
