import { expect, test } from 'vitest'
import { BENCH_FLAGS, durationOf, modeOf, numbersOf, textsOf } from '../../../src/cli/bench/bench-flags.js'

test('knows the flags that users of the Python lab know', () => {
  const names = BENCH_FLAGS.map(({ flag }) => /--[\w-]+/.exec(flag)?.[0])
  const known =
    '--request-count --runs --concurrency --workers --duration --duration-sec --pooling --mock-port --mock-latency-ms --mock-error-rate --mock-rate-limit-after --jsonl-out --sqlite-out --monitor-loop --monitor-sample-interval --run-resilience --run-retry --output --url --verbose'
  expect(names).toEqual(expect.arrayContaining(known.split(' ')))
})

test.each([
  [{}, 'comparison'],
  [{ requestCount: '10', runs: '2', verbose: true }, 'comparison'],
  [{ duration: '60s', monitorLoop: true }, 'streaming'],
  [{ durationSec: '60' }, 'streaming'],
  [{ runRetry: true, requestCount: '50' }, 'resilience'],
])('tells from the flags %j that a %s run is meant', (flags, mode) => {
  expect(modeOf(flags)).toBe(mode)
})

test.each([
  [{ runs: '3', duration: '5s' }, '--runs means nothing for a streaming run; it is for comparison'],
  [{ monitorLoop: true }, '--monitor-loop means nothing for a comparison run'],
  [{ runResilience: true, url: 'http://x' }, '--url means nothing for a resilience run'],
  [{ runRetry: true, duration: '5s' }, '--duration means nothing for a resilience run'],
])('refuses %j: a flag that would do nothing', (flags, message) => {
  expect(() => modeOf(flags)).toThrow(message)
})

test('reads numbers and durations, and says which flag is none', () => {
  expect(numbersOf({ runs: '3', workers: '0.5' }, 'runs', 'workers', 'concurrency')).toEqual({
    runs: 3,
    workers: 0.5,
  })
  expect(() => numbersOf({ mockPort: '80x' }, 'mockPort')).toThrow(
    '--mock-port is "80x"; allowed is a number',
  )
  expect(() => numbersOf({ runs: ' ' }, 'runs')).toThrow('--runs is " "')
  expect(textsOf({ url: 'http://x', pooling: undefined }, 'url', 'pooling')).toEqual({ url: 'http://x' })
  expect([durationOf({ duration: '1m' }), durationOf({ durationSec: '1.5' })]).toEqual([60_000, 1_500])
  expect(() => durationOf({ duration: '1m', durationSec: '60' })).toThrow('give one')
  expect(durationOf({ duration: '60' })).toBe(60_000)
  expect(textsOf({ url: 'localhost:8080' }, 'url')).toEqual({ url: 'http://localhost:8080' })
})
