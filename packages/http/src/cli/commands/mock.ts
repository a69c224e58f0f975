import { checkNumber } from 'async-patterns'
import { Command } from 'commander'
import { BEHAVIOUR_FLAGS, exampleFaults, SHOP_NAMES, startHttpMock, startShops } from '../../mock/index.js'
import type { Behaviour, BehaviourFlag, ShopName } from '../../mock/index.js'
import { UsageError } from '../usage-error.js'
import type { ApiFlags } from './mock-api.js'
import { apiFlags, startApi } from './mock-api.js'

/**
 * Flags as commander hands them over: those of a behaviour as lists, in the order in which they were given.
 */
type Flags = Readonly<Record<string, string | readonly string[] | undefined>>

interface Running {
  readonly urls: Readonly<Record<string, string>>
  close(): Promise<void>
}

const SHOPS_PORT = 8001
const HTTP_PORT = 8080
const API_PORT = 8090
const PAGES = 25

/** `async-patterns mock`: servers to try clients and pipelines against. */
export function mockCommand(): Command {
  return new Command('mock')
    .description(
      'Start mock servers: three shops to acquire from, one HTTP server to measure with, or the API that a ' +
        'pipeline file declares.',
    )
    .addCommand(shopsCommand())
    .addCommand(httpCommand())
    .addCommand(apiCommand())
}

function shopsCommand(): Command {
  const command = new Command('shops')
    .description(
      'Start three e-commerce APIs (northwind, kaufhaus, mercado), deterministic from a seed.\n' +
        'When ready it prints one line of JSON with their URLs; it ends on SIGINT or SIGTERM.',
    )
    .option('--pages <n>', `pages of ten records in each shop (default: ${PAGES})`)
    .option('--faults <set>', 'a set of faults: "example" is one 500 and one 429 in each shop, by seed')
  commonFlags(command, `first of three ports, 0 for free ones (default: ${SHOPS_PORT})`)
  behaviourFlags(command, '[shop:]')
  return command
    .addHelpText(
      'after',
      '\nA behaviour flag is for all shops, or for one:\n  --latency 20ms --latency kaufhaus:200ms',
    )
    .action((flags: Flags) => run('shops', () => shops(flags)))
}

function httpCommand(): Command {
  const command = new Command('http').description(
    'Start an HTTP server with /get, /status/{code}, /delay/{seconds}, /429, /500, /bytes/{n}, /reset, ' +
      '/hang, /slow, /truncate, /garbage, /stall and its own counts at /__stats.\n' +
      'When ready it prints one line of JSON with its URL; it ends on SIGINT or SIGTERM.',
  )
  commonFlags(command, `port, 0 for a free one (default: ${HTTP_PORT})`)
  behaviourFlags(command, '')
  return command.action((flags: Flags) => run('http', () => http(flags)))
}

function apiCommand(): Command {
  const command = apiFlags(new Command('api'))
  commonFlags(command, `port, 0 for a free one (default: ${API_PORT})`)
  behaviourFlags(command, '')
  return command.action((file: string, flags: Flags & ApiFlags) => run('api', () => api(file, flags)))
}

function commonFlags(command: Command, port: string): void {
  command
    .option('--port <n>', port)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--seed <n>', 'what all chance follows from (default: 1)')
}

function behaviourFlags(command: Command, prefix: string): void {
  const collect = (text: string, before: readonly string[] | undefined): string[] => [...(before ?? []), text]
  for (const { name, argument, help } of BEHAVIOUR_FLAGS) {
    command.option(`--${name} <${prefix}${argument}>`, help, collect)
  }
}

async function shops(flags: Flags): Promise<Running> {
  const port = integer(flags, 'port', SHOPS_PORT, 0, 65_533)
  const seed = integer(flags, 'seed', 1, 0)
  const pages = integer(flags, 'pages', PAGES, 1, 10_000)
  const behaviours = Object.fromEntries(
    SHOP_NAMES.map((name, at) => [name, shopBehaviour(flags, name, { seed: seed + at, pages })]),
  ) as Record<ShopName, Behaviour>
  const ports = port === 0 ? ([0, 0, 0] as const) : ([port, port + 1, port + 2] as const)
  return startShops({ ports, host: text(flags, 'host'), seed, pages, behaviours })
}

async function http(flags: Flags): Promise<Running> {
  const port = integer(flags, 'port', HTTP_PORT, 0, 65_535)
  const seed = integer(flags, 'seed', 1, 0)
  const behaviour = applyFlags({}, flags, given => given)
  const mock = await startHttpMock({ port, host: text(flags, 'host'), seed, behaviour })
  return { urls: { http: mock.url }, close: () => mock.close() }
}

async function api(file: string, flags: Flags & ApiFlags): Promise<Running> {
  const port = integer(flags, 'port', API_PORT, 0, 65_535)
  const seed = integer(flags, 'seed', 1, 0)
  const behaviour = applyFlags({}, flags, given => given)
  return startApi(file, flags, { port, seed, host: text(flags, 'host'), behaviour })
}

function shopBehaviour(flags: Flags, shop: ShopName, by: { seed: number; pages: number }): Behaviour {
  const forAll = applyFlags({}, flags, given => (shopOf(given) === undefined ? given : undefined))
  const behaviour = applyFlags(forAll, flags, given =>
    shopOf(given) === shop ? given.slice(shop.length + 1) : undefined,
  )
  const set = flags['faults']
  if (set === undefined) return behaviour
  if (set !== 'example') throw new RangeError(`--faults is ${JSON.stringify(set)}; allowed is "example"`)
  return { ...behaviour, faults: [...(behaviour.faults ?? []), ...exampleFaults(by.seed, by.pages)] }
}

function shopOf(given: string): ShopName | undefined {
  return SHOP_NAMES.find(name => given.startsWith(`${name}:`))
}

/**
 * Lays the flags over `base`; `select` gives the part of a flag's text that counts, undefined when none does.
 */
function applyFlags(base: Behaviour, flags: Flags, select: (given: string) => string | undefined): Behaviour {
  let behaviour = base
  for (const flag of BEHAVIOUR_FLAGS) {
    for (const given of (flags[camelCase(flag)] ?? []) as readonly string[]) {
      const selected = select(given)
      if (selected !== undefined) behaviour = flag.apply(behaviour, selected)
    }
  }
  return behaviour
}

function camelCase({ name }: BehaviourFlag): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
}

function integer(flags: Flags, name: string, fallback: number, min: number, max?: number): number {
  const given = flags[name]
  if (given === undefined) return fallback
  const value = given === '' ? Number.NaN : Number(given)
  if (Number.isNaN(value)) {
    throw new RangeError(`--${name} is ${JSON.stringify(given)}; allowed is a whole number`)
  }
  checkNumber(`--${name}`, value, { min, integer: true, ...(max === undefined ? {} : { max }) })
  return value
}

function text(flags: Flags, name: string): string {
  return String(flags[name])
}

/** Starts, says so on one line, and waits to be stopped. */
async function run(mock: string, start: () => Promise<Running>): Promise<void> {
  const running = await start().catch((error: unknown) => {
    throw explained(error)
  })
  const stopped = untilStopped()
  console.log(JSON.stringify({ ready: true, mock, urls: running.urls, pid: process.pid }))
  await stopped
  await running.close()
}

/** Until a signal, or until the parent process has gone that spawned this one with a channel to itself. */
function untilStopped(): Promise<void> {
  return new Promise(resolve => {
    const events = ['SIGINT', 'SIGTERM', 'disconnect']
    const stop = (): void => {
      // A listener left on the channel would hold the process; a second signal ends it at once.
      for (const event of events) process.off(event, stop)
      resolve()
    }
    for (const event of events) process.on(event, stop)
  })
}

const FLAGS: Readonly<Record<string, string>> = {
  jitter: 'jitter',
  errorRate: 'error-rate',
  rateLimitPerSecond: 'rate-limit',
  rateLimitAfter: 'rate-limit-after',
  'outages[0]': 'outage',
  'stalls[0]': 'stall',
}

/** What was wrong with a behaviour, told of the flags: `--jitter is 2` for `behaviour.jitter is 2`. */
function asFlags(message: string): string {
  return message
    .replace(/^behaviour\.(\w+(?:\[0\])?)/, (whole, name: string) =>
      FLAGS[name] === undefined ? whole : `--${FLAGS[name]}`,
    )
    .replace(/^(--fault ".*")\.fault\.kind is .*?; /, '$1 names no kind of fault; ')
}

function explained(error: unknown): unknown {
  if (error instanceof RangeError || error instanceof TypeError || error instanceof SyntaxError) {
    return new UsageError(asFlags(error.message))
  }
  const { code, port } = error as { code?: string; port?: number }
  if (code !== 'EADDRINUSE') return error
  return new Error(`port ${port} is in use; --port 0 takes free ones`, { cause: error })
}
