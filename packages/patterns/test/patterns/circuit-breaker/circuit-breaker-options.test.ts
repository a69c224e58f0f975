import type { CircuitBreakerOptions } from 'async-patterns'
import { breakerOptionsFromEnv, CircuitBreaker } from 'async-patterns'
import { expect, test } from 'vitest'

test.each<[CircuitBreakerOptions, RegExp]>([
  [{ failureThreshold: 0 }, /CircuitBreaker\.failureThreshold is 0; allowed is an integer of at least 1/],
  [{ failureThreshold: 1.5 }, /failureThreshold is 1\.5/],
  [{ errorRateThreshold: 1.01 }, /errorRateThreshold is 1\.01; .* at least 0 and at most 1/],
  [{ slowCallRateThreshold: -0.1 }, /slowCallRateThreshold is -0\.1/],
  [{ minimumCalls: 0 }, /minimumCalls is 0/],
  [{ windowMs: 0 }, /windowMs is 0/],
  [{ windowCalls: 0 }, /windowCalls is 0/],
  [{ baselineLatencyMs: 0 }, /baselineLatencyMs is 0/],
  [{ latencyThresholdMultiplier: -1 }, /latencyThresholdMultiplier is -1/],
  [{ slowCallDurationMs: 0 }, /slowCallDurationMs is 0/],
  [{ openStateDurationMs: -1 }, /openStateDurationMs is -1/],
  [{ openStateDurationMs: Infinity }, /openStateDurationMs is Infinity/],
  [{ halfOpenMaxCalls: 0 }, /halfOpenMaxCalls is 0/],
  [{ probeCount: 4 }, /probeCount is 4; .* at most 3/],
  [{ successThreshold: 4 }, /successThreshold is 4; .* at most 3/],
  [{ successThreshold: 0 }, /successThreshold is 0/],
  [{ halfOpenMaxWaitMs: -1 }, /halfOpenMaxWaitMs is -1/],
])('%j is a RangeError that names the option, the value and what is allowed', (options, message) => {
  expect(() => new CircuitBreaker(options)).toThrow(RangeError)
  expect(() => new CircuitBreaker(options)).toThrow(message)
})

test.each([
  { window: 'sliding' },
  { window: 'consecutive', errorRateThreshold: 0.5 },
  { window: 'consecutive', slowCallRateThreshold: 0.5 },
  { openStateDurationMs: () => 1_000 },
  { failureThreshold: '10' },
  { failureThreshold: true },
  { classify: 1 },
  { stalledMs: 1 },
])('%j is a TypeError', options => {
  expect(() => new CircuitBreaker(options as unknown as CircuitBreakerOptions)).toThrow(TypeError)
})

test('the environment sets options by name, and only those that it names', () => {
  const env = {
    CIRCUIT_BREAKER_FAILURE_THRESHOLD_CARD_PAYMENTS: '7',
    CIRCUIT_BREAKER_ERROR_RATE_CARD_PAYMENTS: 'off',
    CIRCUIT_BREAKER_LATENCY_MULTIPLIER_CARD_PAYMENTS: '2.5',
    CIRCUIT_BREAKER_HALF_OPEN_MAX_CARD_PAYMENTS: '4',
    CIRCUIT_BREAKER_OPEN_DURATION_CARD_PAYMENTS: '5s',
    CIRCUIT_BREAKER_BASELINE_LATENCY_CARD_PAYMENTS: '250',
    CIRCUIT_BREAKER_WINDOW_CARD_PAYMENTS: '1m',
    CIRCUIT_BREAKER_WINDOW_OTHER: '2m',
  }
  expect(breakerOptionsFromEnv('card-payments', env)).toEqual({
    name: 'card-payments',
    failureThreshold: 7,
    errorRateThreshold: false,
    latencyThresholdMultiplier: 2.5,
    halfOpenMaxCalls: 4,
    openStateDurationMs: 5_000,
    baselineLatencyMs: 250,
    windowMs: 60_000,
  })
  expect(breakerOptionsFromEnv('unknown', { ...env, CIRCUIT_BREAKER_WINDOW_UNKNOWN: '' })).toEqual({
    name: 'unknown',
  })
})

test.each(['many', '10 s', '1.2.3'])('a variable that says %j is refused by its name', text => {
  for (const word of ['FAILURE_THRESHOLD', 'WINDOW']) {
    const variable = `CIRCUIT_BREAKER_${word}_SHOP`
    expect(() => breakerOptionsFromEnv('shop', { [variable]: text })).toThrow(variable)
  }
})
