import { durationGiven, numberGiven, urlGiven } from '../numbers-given.js'
import { asGiven, UsageError } from '../usage-error.js'

/** What `bench` does; which one follows from the flags. */
export type BenchMode = 'comparison' | 'streaming' | 'resilience'

/** Flags as commander hands them over. */
export type BenchFlags = Readonly<Record<string, string | boolean | undefined>>

interface BenchFlag {
  readonly flag: string
  readonly help: string
  /** Elsewhere it would do nothing, so it is refused there. */
  readonly modes: readonly BenchMode[]
}

const MEASURING: readonly BenchMode[] = ['comparison', 'streaming']
const ALL: readonly BenchMode[] = ['comparison', 'streaming', 'resilience']

export const BENCH_FLAGS: readonly BenchFlag[] = [
  {
    flag: '-d, --duration <time>',
    help: 'stream results for so long, such as 60s, instead of comparing',
    modes: ['streaming'],
  },
  { flag: '--duration-sec <seconds>', help: 'the same, in seconds', modes: ['streaming'] },
  {
    flag: '--run-resilience',
    help: 'breaker scenario: all requests fail, then the server heals',
    modes: ['resilience'],
  },
  {
    flag: '--run-retry',
    help: 'retry scenario: half of the attempts fail, with a budget',
    modes: ['resilience'],
  },
  {
    flag: '--request-count <n>',
    help: 'requests of each engine over all rounds (default: 5000), or of each scenario (default: 50)',
    modes: ['comparison', 'resilience'],
  },
  { flag: '--runs <n>', help: 'interleaved rounds (default: 5)', modes: ['comparison'] },
  {
    flag: '-c, --concurrency <n>',
    help: 'connections of the async engines (default: 100; streaming 200; scenarios 10)',
    modes: ALL,
  },
  {
    flag: '--workers <n>',
    help: 'threads of the threaded engine (default: 10; streaming 32, 0 for none)',
    modes: MEASURING,
  },
  {
    flag: '--pooling <how>',
    help: 'naive, optimized or both (default: both; streaming optimized)',
    modes: MEASURING,
  },
  {
    flag: '--transport <name>',
    help: 'of the async engines: undici or wire (default: undici)',
    modes: MEASURING,
  },
  { flag: '--url <url>', help: 'a server of yours instead of the mock', modes: MEASURING },
  { flag: '--mock-port <n>', help: 'port of the mock (default: a free one)', modes: ALL },
  { flag: '--mock-latency-ms <ms>', help: 'latency of the mock (default: 5)', modes: ALL },
  {
    flag: '--mock-error-rate <share>',
    help: 'share of requests that the mock answers 500, 0 to 1 (default: 0)',
    modes: MEASURING,
  },
  {
    flag: '--mock-rate-limit-after <n>',
    help: 'the mock answers 429 after the first n requests (default: never)',
    modes: MEASURING,
  },
  {
    flag: '--jsonl-out <file>',
    help: 'write every result as a JSON line; the file is overwritten',
    modes: MEASURING,
  },
  {
    flag: '--sqlite-out <file>',
    help: 'write every result to the table request_results; it is overwritten',
    modes: MEASURING,
  },
  { flag: '--monitor-loop', help: 'watch the event loop', modes: ['streaming'] },
  {
    flag: '--monitor-sample-interval <ms>',
    help: 'how often (default: 1000); implies --monitor-loop',
    modes: ['streaming'],
  },
  {
    flag: '--output <file>',
    help: 'the report as JSON (default: benchmark_output.json when comparing, else none)',
    modes: ALL,
  },
  { flag: '--verbose', help: 'all settings too, and every round', modes: ALL },
]

/** @throws UsageError when a flag means nothing in the mode that the others ask for. */
export function modeOf(flags: BenchFlags): BenchMode {
  const given = BENCH_FLAGS.filter(({ flag }) => flags[keyOf(flag)] !== undefined)
  const mode = askedMode(flags)
  const idle = given.find(({ modes }) => !modes.includes(mode))
  if (idle !== undefined) {
    throw new UsageError(
      `${nameOf(idle.flag)} means nothing for a ${mode} run; it is for ${idle.modes.join(' and ')}`,
    )
  }
  const ofMock = given.find(({ flag }) => nameOf(flag).startsWith('--mock-'))
  if (flags['url'] !== undefined && ofMock !== undefined) {
    throw new UsageError(
      `${nameOf(ofMock.flag)} means nothing beside --url: there is no mock then; give one of them`,
    )
  }
  if (flags['transport'] === 'wire' && /^https:/i.test(String(flags['url']))) {
    throw new UsageError('--transport is "wire", which speaks no TLS; for an https URL allowed is undici')
  }
  return mode
}

function askedMode({ runResilience, runRetry, duration, durationSec }: BenchFlags): BenchMode {
  if (runResilience === true || runRetry === true) return 'resilience'
  return duration === undefined && durationSec === undefined ? 'comparison' : 'streaming'
}

/** `--request-count <n>` is the key `requestCount`. */
function keyOf(flag: string): string {
  return nameOf(flag)
    .slice(2)
    .replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
}

function nameOf(flag: string): string {
  return /--[\w-]+/.exec(flag)?.[0] ?? flag
}

/** The options that flags of the same name set; those that were not given are left out. */
export function numbersOf<K extends string>(
  flags: BenchFlags,
  ...keys: readonly K[]
): Partial<Record<K, number>> {
  return pick(flags, keys, numberOf)
}

export function textsOf<K extends string>(
  flags: BenchFlags,
  ...keys: readonly K[]
): Partial<Record<K, string>> {
  return pick(flags, keys, textOf)
}

function pick<K extends string, V>(
  flags: BenchFlags,
  keys: readonly K[],
  read: (key: K, text: string) => V,
): Partial<Record<K, V>> {
  const given = keys.filter(key => flags[key] !== undefined)
  return Object.fromEntries(given.map(key => [key, read(key, String(flags[key]))])) as Partial<Record<K, V>>
}

function numberOf(key: string, text: string): number {
  return asGiven(() => numberGiven(flagOf(key), text))
}

function textOf(key: string, text: string): string {
  if (text !== '') return key === 'url' ? urlGiven(text) : text
  throw new UsageError(`${flagOf(key)} is empty`)
}

function flagOf(key: string): string {
  return nameOf(BENCH_FLAGS.find(({ flag }) => keyOf(flag) === key)?.flag ?? key)
}

/** What was wrong with the options, told of the flags: `--mock-port is -1` for `mockPort is -1`. */
export function asFlags(message: string): string {
  return message.replace(/^\w+(?= (?:is|has) )/, option => {
    const keys = [option, option.replace(/Ms$/, '')]
    const known = BENCH_FLAGS.find(({ flag }) => keys.includes(keyOf(flag)))
    return known === undefined ? option : nameOf(known.flag)
  })
}

/** @throws UsageError when both are given. */
export function durationOf(flags: BenchFlags): number {
  const { duration, durationSec } = flags
  if (duration !== undefined && durationSec !== undefined) {
    throw new UsageError('--duration and --duration-sec say the same thing; give one')
  }
  if (duration !== undefined) return asGiven(() => durationGiven('--duration', String(duration)))
  const seconds = numbersOf(flags, 'durationSec').durationSec ?? 0
  if (seconds > 0) return seconds * 1_000
  throw new UsageError(`--duration-sec is ${seconds}; allowed is a number above 0`)
}
