#!/usr/bin/env node
import { createRequire } from 'node:module'
import { inspect } from 'node:util'
import { Command, CommanderError } from 'commander'
import { printable } from '../display/index.js'
import { EXIT, exitCodeOf } from './exit-code.js'
import { mistypedCommand } from './mistyped-command.js'
import { UsageError } from './usage-error.js'

type Load = () => Promise<Command>

/**
 * The commands in the groups in which `--help` shows them. A new one is a file in `commands/` and a line
 * here. Each is a module of its own, and only the one that is called is loaded, so that starting stays quick.
 */
const GROUPS: Readonly<Record<string, Readonly<Record<string, Load>>>> = {
  'Take records:': {
    demo: async () => (await import('./commands/demo.js')).demoCommand(),
    acquire: async () => (await import('./commands/acquire.js')).acquireCommand(),
    init: async () => (await import('./commands/init.js')).initCommand(),
  },
  'Measure:': {
    load: async () => (await import('./commands/load.js')).loadCommand(),
    bench: async () => (await import('./commands/bench.js')).benchCommand(),
  },
  'Rehearse, and find help:': {
    mock: async () => (await import('./commands/mock.js')).mockCommand(),
  },
}

/** They need no command. */
const VERSION_FLAGS = ['-V', '--version']

const HELP_COMMAND = ['help [command]', 'Show the help of a command.'] as const

async function program(called: string | undefined): Promise<Command> {
  const { version } = createRequire(import.meta.url)('../../package.json') as { version: string }
  const root = new Command('async-patterns')
    .description('Take every record out of HTTP services, and measure them, without going over their limits.')
    .version(version, VERSION_FLAGS.join(', '))
    .configureOutput({
      getOutHelpWidth: helpWidth,
      getErrHelpWidth: helpWidth,
      outputError: (text, write) => write(printable(withoutValues(text))),
    })
    .showHelpAfterError('(run with --help for what is allowed)')
    .commandsGroup(Object.keys(GROUPS).at(-1) ?? '')
    .helpCommand(...HELP_COMMAND)
  for (const command of await Promise.all(loaded(called))) root.addCommand(command)
  for (const command of everyCommand(root)) {
    command.copyInheritedSettings(root).exitOverride()
    // One of its own: the inherited one would bring the heading of the root's group along.
    if (command !== root && command.commands.length > 0) command.helpCommand(...HELP_COMMAND)
  }
  return root
}

/** A flag that is not known may have been given a password all the same. */
function withoutValues(message: string): string {
  return message.replace(/(unknown option ')(--[^=\s']*|-[^-'])[^]*?'(\n|$)/, "$1$2'$3")
}

/** As wide as the terminal, but no wider than is good to read. */
function helpWidth(): number {
  return Math.min(80, process.stdout.columns ?? 80)
}

/** The command of that name; all of them when there is none, for help and for "did you mean". */
function loaded(called: string | undefined): Promise<Command>[] {
  if (called !== undefined && VERSION_FLAGS.includes(called)) return []
  const all = Object.entries(GROUPS).flatMap(([heading, commands]) =>
    Object.entries(commands).map(([name, load]) => ({ name, load, heading })),
  )
  const named = all.filter(({ name }) => name === called)
  return (named.length > 0 ? named : all).map(async ({ load, heading }) => (await load()).helpGroup(heading))
}

function* everyCommand(command: Command): Generator<Command> {
  yield command
  for (const sub of command.commands) yield* everyCommand(sub)
}

/** One line for what the user did wrong, and for what else went wrong; all of it where DEBUG is set. */
function report(error: unknown): void {
  if (error instanceof CommanderError) return
  if (process.env['DEBUG'] !== undefined && !(error instanceof UsageError)) {
    console.error(printable(inspect(error)))
    return
  }
  console.error(printable(`error: ${error instanceof Error ? error.message : String(error)}`))
  if (isFault(error)) console.error('This is a fault of the command itself: DEBUG=1 shows where.')
}

/** What went wrong first: what closing did after that hides it not. */
function firstOf(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'SuppressedError') return error
  return firstOf((error as Error & { readonly suppressed?: unknown }).suppressed)
}

/** What was wrong with the options has become a UsageError by now. */
function isFault(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError
}

/**
 * Whoever reads the output may have seen enough (`| head`): that ends no run. An output that cannot be
 * written ends no run either, but the exit code is that of a failure.
 */
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
    const args = process.argv.slice(2)
    const root = await program(args[0])
    await root.parseAsync(mistypedCommand(root, args) ?? args, { from: 'user' })
  } catch (error) {
    const first = firstOf(error)
    report(first)
    process.exitCode = exitCodeOf(first)
  }
}

void main()
