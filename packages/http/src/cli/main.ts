#!/usr/bin/env node
import { createRequire } from 'node:module'
import { Command, CommanderError } from 'commander'
import { EXIT, exitCodeOf } from './exit-code.js'
import { UsageError } from './usage-error.js'

/** The commands, each in a module of its own: only the one that is called is loaded, so that starting stays quick. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  acquire: async () => (await import('./commands/acquire.js')).acquireCommand(),
  load: async () => (await import('./commands/load.js')).loadCommand(),
  bench: async () => (await import('./commands/bench.js')).benchCommand(),
  mock: async () => (await import('./commands/mock.js')).mockCommand(),
}

async function program(called: string | undefined): Promise<Command> {
  const { version } = createRequire(import.meta.url)('../../package.json') as { version: string }
  const known = called !== undefined && Object.hasOwn(COMMANDS, called)
  const loaders = known ? [COMMANDS[called] as () => Promise<Command>] : Object.values(COMMANDS)
  const root = new Command('async-patterns')
    .description('Measure HTTP services and acquire data from them, fast and without annoying them.')
    .version(version)
    .showHelpAfterError('(run with --help for what is allowed)')
  for (const command of await Promise.all(loaders.map(load => load()))) root.addCommand(command)
  for (const command of everyCommand(root)) command.copyInheritedSettings(root).exitOverride()
  return root
}

function* everyCommand(command: Command): Generator<Command> {
  yield command
  for (const sub of command.commands) yield* everyCommand(sub)
}

/** One line for what the user did wrong, and for what else went wrong; all of it where DEBUG is set. */
function report(error: unknown): void {
  if (error instanceof CommanderError) return
  if (process.env['DEBUG'] !== undefined && !(error instanceof UsageError)) {
    console.error(error)
    return
  }
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`)
  if (isFault(error)) console.error('This is a fault of the command itself: DEBUG=1 shows where.')
}

/** What was wrong with the options has become a UsageError by now. */
function isFault(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError
}

/** Whoever reads the output may have seen enough (`| head`): that ends no run. One that cannot be written ends none, but fails. */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') return
      process.once('exit', () => {
        process.exitCode ||= EXIT.failed
      })
      if (stream === process.stdout) report(new Error(`standard output cannot be written: ${error.message}`))
    })
  }
}

async function main(): Promise<void> {
  outliveReaders()
  try {
    const root = await program(process.argv[2])
    await root.parseAsync()
  } catch (error) {
    report(error)
    process.exitCode = exitCodeOf(error)
  }
}

void main()
