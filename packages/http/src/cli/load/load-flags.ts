import { readFileSync } from 'node:fs'
import type { LoadOptions } from '../../lab/index.js'
import type { ArrivalProcess, LoadHeaders } from '../../measurements/index.js'
import { durationGiven, numberGiven, urlGiven } from '../numbers-given.js'

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
  readonly acceptStatus?: string
  readonly insecure?: boolean
  readonly cacert?: string
  readonly json?: boolean
  readonly jsonlOut?: string
  readonly output?: string
}

type Options = { -readonly [K in keyof LoadOptions]: LoadOptions[K] }

/** @throws RangeError or TypeError that names the flag. */
export function loadOptions(url: string, flags: LoadFlags): LoadOptions {
  const options: Options = { url: urlGiven(url) }
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
  take('acceptStatus', flags.acceptStatus)
  take('insecure', flags.insecure)
  take('ca', certificatesOf(flags.cacert))
  take('jsonlFile', file('--jsonl-out', flags.jsonlOut))
  file('--output', flags.output)
  checkEffects(options.url, flags)
  return options
}

/** @throws RangeError for a flag that would do nothing beside the others. */
function checkEffects(url: string, flags: LoadFlags): void {
  const isTls = url.toLowerCase().startsWith('https:')
  const idle: readonly (readonly [flag: keyof LoadFlags, isIdle: boolean, why: string])[] = [
    ['arrivals', flags.rate === undefined, 'without --rate, in a closed loop; give --rate too'],
    ['seed', flags.arrivals !== 'poisson', 'without --arrivals poisson: nothing else is left to chance'],
    ['insecure', !isTls, 'for a URL that is not https: there is no certificate to check'],
    ['cacert', !isTls, 'for a URL that is not https: there is no certificate to check'],
    ['cacert', flags.insecure === true, 'beside --insecure, which checks no certificate; give one of them'],
  ]
  const found = idle.find(([flag, isIdle]) => isIdle && flags[flag] !== undefined)
  if (found !== undefined) throw new RangeError(`--${found[0]} means nothing ${found[2]}`)
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
  acceptStatus: 'accept-status',
  ca: 'cacert',
}

/** What was wrong with the options, told of the flags: `--rate is 0` for `runLoad.ratePerSecond is 0`. */
export function asFlags(message: string): string {
  return message.replace(/^runLoad\.(\w+)/, (_, option: string) => `--${FLAGS[option] ?? option}`)
}

/** What a request cannot be sent with, told of the flag that asked for it. */
export function asRequestFlags(message: string): string {
  const flag = ['header', 'method'].find(part => message.includes(` ${part} `))
  return flag === undefined ? message : `--${flag}: ${message}`
}

function numberOf(flag: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : numberGiven(flag, text)
}

function file(flag: string, path: string | undefined): string | undefined {
  if (path === '') throw new RangeError(`${flag} is empty; allowed is the path of a file`)
  return path
}

function duration(flag: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : durationGiven(flag, text)
}

/** A name that is given several times has all its values. */
function headersOf(lines: readonly string[] | undefined): LoadHeaders | undefined {
  if (lines === undefined) return undefined
  const headers = new Map<string, string[]>()
  for (const [name, value] of lines.map(headerOf)) headers.set(name, [...(headers.get(name) ?? []), value])
  return Object.fromEntries(headers)
}

function certificatesOf(file: string | undefined): string | undefined {
  if (file === undefined) return undefined
  const text = readFlagFile('--cacert', file)
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text
  throw new RangeError(
    `--cacert is ${JSON.stringify(file)}, which holds no certificate; allowed is a PEM file`,
  )
}

function readFlagFile(flag: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException
    throw new RangeError(`${flag} is ${JSON.stringify(file)}, which cannot be read: ${code}`, {
      cause: error,
    })
  }
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
