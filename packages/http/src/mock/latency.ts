import { checkNumber, checkOneOf, parseDuration } from 'async-patterns'
import type { Random } from 'async-patterns'
import { checkKeys, record } from './check-record.js'

/**
 * How long a server takes to answer, in milliseconds, as a distribution; what is drawn is cut off at 60 s.
 */
export type Latency =
  | { readonly kind: 'constant'; readonly ms: number }
  /** Most answers take `fastMs`, the share `slowShare` (0 to 1) of them `slowMs`. */
  | { readonly kind: 'bimodal'; readonly fastMs: number; readonly slowMs: number; readonly slowShare: number }
  /**
   * exp of a normal distribution; `sigma` is the deviation of the logarithm: with 0.5 latencies vary, with 1
   * they vary much.
   */
  | { readonly kind: 'lognormal'; readonly medianMs: number; readonly sigma: number }
  /** The heavy tail: P(X > x) = (minMs / x) ^ shape. The smaller the shape, the heavier. */
  | { readonly kind: 'pareto'; readonly minMs: number; readonly shape: number }

/** Nothing that a mock server delays on purpose is delayed longer. */
export const LONGEST_DELAY_MS = 60_000

const PARAMETERS = {
  constant: ['ms'],
  bimodal: ['fastMs', 'slowMs', 'slowShare'],
  lognormal: ['medianMs', 'sigma'],
  pareto: ['minMs', 'shape'],
} as const

/** A function that draws one latency per call. */
export function latencySampler(latency: Latency): (random: Random) => number {
  const draw = uncutSampler(latency)
  return random => Math.min(LONGEST_DELAY_MS, draw(random))
}

function uncutSampler(latency: Latency): (random: Random) => number {
  switch (latency.kind) {
    case 'constant':
      return () => latency.ms
    case 'bimodal':
      return random => (random() < latency.slowShare ? latency.slowMs : latency.fastMs)
    case 'lognormal':
      return random => latency.medianMs * Math.exp(latency.sigma * standardNormal(random))
  }
  return random => latency.minMs / (1 - random()) ** (1 / latency.shape)
}

/** Source: Box and Muller, 1958. */
function standardNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/**
 * A bare number is a constant latency in milliseconds.
 * @throws TypeError or RangeError naming what is wrong.
 */
export function checkLatency(name: string, value: unknown): Latency {
  if (typeof value === 'number') return checkLatency(name, { kind: 'constant', ms: value })
  const given = record(name, value)
  checkOneOf(`${name}.kind`, given['kind'], Object.keys(PARAMETERS))
  const kind = given['kind'] as Latency['kind']
  checkKeys(name, given, ['kind', ...PARAMETERS[kind]])
  for (const parameter of PARAMETERS[kind]) {
    checkNumber(`${name}.${parameter}`, given[parameter], rangeOf(parameter))
  }
  return { ...given } as unknown as Latency
}

function rangeOf(parameter: string): { min: number; max: number } {
  if (parameter === 'slowShare') return { min: 0, max: 1 }
  if (parameter === 'sigma') return { min: 0, max: 10 }
  if (parameter === 'shape') return { min: 0.1, max: 100 }
  return { min: 0, max: LONGEST_DELAY_MS }
}

/**
 * Reads the form of the command line: `5ms`, `bimodal:5ms,50ms,0.1`, `lognormal:5ms,0.5`, `pareto:5ms,1.5`;
 * the parameters in the order of the type above.
 */
export function parseLatency(name: string, text: string): Latency {
  const colon = text.indexOf(':')
  const kind = colon < 0 ? 'constant' : text.slice(0, colon)
  checkOneOf(`${name}: the distribution`, kind, Object.keys(PARAMETERS))
  const parameters = PARAMETERS[kind as Latency['kind']]
  const parts = text.slice(colon + 1).split(',')
  if (parts.length !== parameters.length) {
    throw new RangeError(`${name} is "${text}"; ${kind} takes ${parameters.join(', ')}`)
  }
  const values = parameters.map((parameter, at) => {
    const part = parts[at] ?? ''
    return [parameter, parameter.toLowerCase().endsWith('ms') ? parseDuration(name, part) : Number(part)]
  })
  return checkLatency(name, { kind, ...Object.fromEntries(values) })
}
