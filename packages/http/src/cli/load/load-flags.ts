import { readFileSync } from 'node:fs'
import { parseDuration } from 'async-patterns'
import type { LoadOptions } from '../../lab/index.js'
import type { ArrivalProcess } from '../../measurements/index.js'

/** As commander hands them over. */
export interface LoadFlags {
  readonly connections?: string
  readonly duration?: string
  readonly requests?: string
  readonly rate?: string
  readonly arrivals?: string
  readonly seed?: string
  readonly ramp?: string
  readonly warmup?: string
  readonly method?: string
  readonly header?: readonly string[]
  readonly body?: string
  readonly timeout?: string
  readonly workers?: string
  readonly slo?: readonly string[]
  readonly insecure?: boolean
  readonly json?: boolean
  readonly jsonlOut?: string
  readonly output?: string
}

type Options = { -readonly [K in keyof LoadOptions]: LoadOptions[K] }

/** @throws RangeError or TypeError that names the flag. */
export function loadOptions(url: string, flags: LoadFlags): LoadOptions {
  const options: Options = { url }
  const take = <K extends keyof Options>(name: K, value: Options[K] | undefined): void => {
    if (value !== undefined) options[name] = value
  }
  take('connections', numberOf('--connections', flags.connections))
  take('durationMs', duration('--duration', flags.duration))
  take('requests', numberOf('--requests', flags.requests))
  take('ratePerSecond', numberOf('--rate', flags.rate))
  take('arrivals', flags.arrivals as ArrivalProcess | undefined)
  take('seed', numberOf('--seed', flags.seed))
  take('rampMs', duration('--ramp', flags.ramp))
  take('warmupMs', duration('--warmup', flags.warmup))
  take('method', flags.method)
  take('headers', headersOf(flags.header))
  take('body', bodyOf(flags.body))
  take('timeoutMs', duration('--timeout', flags.timeout))
  take('workers', numberOf('--workers', flags.workers))
  take('slos', flags.slo)
  take('insecure', flags.insecure)
  take('jsonlFile', file('--jsonl-out', flags.jsonlOut))
  file('--output', flags.output)
  if (flags.arrivals !== undefined && flags.rate === undefined) {
    throw new RangeError('--arrivals means nothing without --rate, in a closed loop; give --rate too')
  }
  return options
}

/** The flag of each option that has another name than its flag. */
const FLAGS: Readonly<Record<string, string>> = {
  durationMs: 'duration',
  ratePerSecond: 'rate',
  rampMs: 'ramp',
  warmupMs: 'warmup',
  headers: 'header',
  timeoutMs: 'timeout',
  slos: 'slo',
  jsonlFile: 'jsonl-out',
}

/** What was wrong with the options, told of the flags: `--rate is 0` for `runLoad.ratePerSecond is 0`. */
export function asFlags(message: string): string {
  return message.replace(/^runLoad\.(\w+)/, (_, option: string) => `--${FLAGS[option] ?? option}`)
}

function numberOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (text.trim() === '' || Number.isNaN(Number(text))) {
    throw new RangeError(`${flag} is ${JSON.stringify(text)}; allowed is a number`)
  }
  return Number(text)
}

function file(flag: string, path: string | undefined): string | undefined {
  if (path === '') throw new RangeError(`${flag} is empty; allowed is the path of a file`)
  return path
}

function duration(flag: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseDuration(flag, text)
}

function headersOf(lines: readonly string[] | undefined): Record<string, string> | undefined {
  return lines === undefined ? undefined : Object.fromEntries(lines.map(headerOf))
}

/** What was given is not shown where it is wrong: it may be a credential. */
function headerOf(line: string, index: number): [name: string, value: string] {
  const [, name, value] = /^([^:\s]+)\s*:\s*(.*)$/.exec(line) ?? []
  if (name === undefined || value === undefined) {
    throw new RangeError(`--header (number ${index + 1}) has no name and colon; allowed is "Name: value"`)
  }
  return [name, value.trimEnd()]
}

function bodyOf(text: string | undefined): string | Uint8Array | undefined {
  if (text?.startsWith('@') !== true) return text
  try {
    return readFileSync(text.slice(1))
  } catch (error) {
    // It may be no path but a body that begins so: neither is shown.
    const { code = 'unknown error' } = error as NodeJS.ErrnoException
    throw new RangeError(`--body begins with @ and so names a file, which cannot be read: ${code}`, {
      cause: error,
    })
  }
}
