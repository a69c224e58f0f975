import { BEHAVIOUR_FLAGS } from '@async-patterns/http/mock'
import type { Behaviour } from '@async-patterns/http/mock'
import { expect, test } from 'vitest'

/** The behaviour that these flags make, laid one over the other. */
function behaviourOf(...flags: readonly (readonly [name: string, text: string])[]): Behaviour {
  return flags.reduce<Behaviour>((behaviour, [name, text]) => {
    const flag = BEHAVIOUR_FLAGS.find(one => one.name === name)
    if (flag === undefined) throw new Error(`there is no flag ${name}`)
    return flag.apply(behaviour, text)
  }, {})
}

test.each<[string, string, Behaviour]>([
  ['latency', '20ms', { latency: { kind: 'constant', ms: 20 } }],
  ['jitter', '0.2', { jitter: 0.2 }],
  ['error-rate', '0.1', { errorRate: 0.1 }],
  ['rate-limit', '5', { rateLimitPerSecond: 5 }],
  ['rate-limit-after', '100', { rateLimitAfter: 100 }],
  ['outage', '2s..4s', { outages: [{ fromMs: 2000, untilMs: 4000 }] }],
  ['outage', '0s..,reset', { outages: [{ fromMs: 0, fault: { kind: 'reset' } }] }],
  ['stall', '4s..5s', { stalls: [{ fromMs: 4000, untilMs: 5000 }] }],
  [
    'fault',
    'page=3,try=1,try=2,status=500',
    { faults: [{ page: 3, tries: [1, 2], fault: { kind: 'status', status: 500 } }] },
  ],
  [
    'fault',
    'request=7,status=429,retry-after=1',
    { faults: [{ requests: [7], fault: { kind: 'status', status: 429, retryAfterSeconds: 1 } }] },
  ],
  ['fault', 'rate=0.1,truncate', { faults: [{ rate: 0.1, fault: { kind: 'truncate' } }] }],
  ['fault', 'slow=1000', { faults: [{ fault: { kind: 'slow', bytesPerSecond: 1000 } }] }],
])('--%s %s', (name, text, behaviour) => {
  expect(behaviourOf([name, text])).toEqual(behaviour)
})

test('--behaviour takes what PUT takes, and further flags are laid over it', () => {
  const behaviour = behaviourOf(['behaviour', '{"jitter":0.1,"latency":7}'], ['jitter', '0.2'])
  expect(behaviour).toMatchObject({ jitter: 0.2, latency: { kind: 'constant', ms: 7 } })
})

test('flags that make lists add up', () => {
  expect(behaviourOf(['fault', 'page=1,hang'], ['fault', 'page=2,reset']).faults).toHaveLength(2)
})

test.each([
  ['jitter', 'much', /--jitter is "much"; allowed is a number/],
  ['outage', '2..4', /--outage is "2"; .*500ms/],
  ['outage', '2s..4s,boom', /--outage is .*allowed after the comma is reset/],
  ['fault', 'page=3', /--fault "page=3"\.fault\.kind is undefined; .*"truncate"/],
  ['fault', 'page=x,hang', /--fault: page is "x"; allowed is a number/],
  ['fault', 'truncate=5', /--fault: truncate takes no value/],
  ['fault', 'boom', /kind is "boom"/],
  ['behaviour', '{"x":1}', /--behaviour\.x is unknown/],
])('--%s %s is refused with what is allowed', (name, text, message) => {
  expect(() => behaviourOf([name, text])).toThrow(message)
})
