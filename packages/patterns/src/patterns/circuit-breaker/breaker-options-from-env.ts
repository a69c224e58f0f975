import { parseDuration } from '../../core/index.js'
import type { CircuitBreakerOptions } from './circuit-breaker-options.js'

type Parse = (variable: string, text: string) => number | false

function toNumber(variable: string, text: string): number {
  const value = Number(text)
  if (Number.isNaN(value)) throw new RangeError(`${variable} is ${JSON.stringify(text)}; allowed is a number`)
  return value
}

const orOff =
  (parse: Parse): Parse =>
  (variable, text) =>
    text === 'off' ? false : parse(variable, text)

const toDuration: Parse = (variable, text) =>
  /^[\d.]+$/.test(text) ? toNumber(variable, text) : parseDuration(variable, text)

/** The word in the variable's name, the option that it sets, and how it is read. */
const VARIABLES: readonly (readonly [word: string, option: keyof CircuitBreakerOptions, parse: Parse])[] = [
  ['FAILURE_THRESHOLD', 'failureThreshold', orOff(toNumber)],
  ['ERROR_RATE', 'errorRateThreshold', orOff(toNumber)],
  ['LATENCY_MULTIPLIER', 'latencyThresholdMultiplier', orOff(toNumber)],
  ['HALF_OPEN_MAX', 'halfOpenMaxCalls', toNumber],
  ['OPEN_DURATION', 'openStateDurationMs', toDuration],
  ['BASELINE_LATENCY', 'baselineLatencyMs', toDuration],
  ['WINDOW', 'windowMs', toDuration],
]

/**
 * What the environment says about the breaker called `name`: `CIRCUIT_BREAKER_<WORD>_<NAME>`, the name in
 * capitals with `_` for every other sign. Words: FAILURE_THRESHOLD, ERROR_RATE, LATENCY_MULTIPLIER (these
 * three can be `off`), HALF_OPEN_MAX, OPEN_DURATION, BASELINE_LATENCY, WINDOW (these three as `500ms`, `5s`,
 * `1m`, or a number of milliseconds). Nothing reads the environment unless this is called:
 *
 *     new CircuitBreaker({ windowMs: 10_000, ...breakerOptionsFromEnv('payments', process.env) })
 *
 * The options that are not set there are absent. Their ranges are checked by the breaker.
 * @throws RangeError that names the variable when its text cannot be read.
 */
export function breakerOptionsFromEnv(
  name: string,
  env: Readonly<Record<string, string | undefined>>,
): CircuitBreakerOptions & { readonly name: string } {
  const suffix = name.toUpperCase().replace(/[^A-Z0-9]/g, '_')
  const entries = VARIABLES.flatMap(([word, option, parse]) => {
    const variable = `CIRCUIT_BREAKER_${word}_${suffix}`
    const text = env[variable]?.trim() ?? ''
    return text === '' ? [] : [[option, parse(variable, text)]]
  })
  return { name, ...Object.fromEntries(entries) }
}
