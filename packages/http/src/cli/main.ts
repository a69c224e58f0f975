#!/usr/bin/env node
import { createRequire } from 'node:module'
import { Command, CommanderError } from 'commander'
import { exitCodeOf } from './exit-code.js'
import { UsageError } from './usage-error.js'

/** Each command's module is loaded only when it is called or described: starting stays quick. */
async function program(): Promise<Command> {
  const [{ acquireCommand }, { mockCommand }] = await Promise.all([
    import('./commands/acquire.js'),
    import('./commands/mock.js'),
  ])
  const { version } = createRequire(import.meta.url)('../../package.json') as { version: string }
  const root = new Command('async-patterns')
    .description('Measure HTTP services and acquire data from them, fast and without annoying them.')
    .version(version)
    .addCommand(acquireCommand())
    .addCommand(mockCommand())
    .showHelpAfterError('(run with --help for what is allowed)')
  for (const command of everyCommand(root)) command.exitOverride()
  return root
}

function* everyCommand(command: Command): Generator<Command> {
  yield command
  for (const sub of command.commands) yield* everyCommand(sub)
}

/** One line for what the user did wrong; the stack only where it is a fault of ours. */
function report(error: unknown): void {
  if (error instanceof CommanderError) return
  if (error instanceof UsageError) console.error(`error: ${error.message}`)
  else if (process.env['DEBUG'] !== undefined) console.error(error)
  else console.error(`error: ${error instanceof Error ? error.message : String(error)}`)
}

async function main(): Promise<void> {
  try {
    const root = await program()
    await root.parseAsync()
  } catch (error) {
    report(error)
    process.exitCode = exitCodeOf(error)
  }
}

void main()
