import { parseDuration } from 'async-patterns'
import { checkBehaviour } from './behaviour.js'
import type { Behaviour, Outage, Span } from './behaviour.js'
import { checkFaultRule, FAULT_KINDS } from './fault.js'
import type { FaultRule } from './fault.js'
import { parseLatency } from './latency.js'

/** How one flag of the command line changes a behaviour. */
export interface BehaviourFlag {
  /** As in `--latency <latency>`. */
  readonly name: string
  readonly argument: string
  readonly help: string
  /** @throws TypeError or RangeError naming the flag, the text and what is allowed. */
  readonly apply: (behaviour: Behaviour, text: string) => Behaviour
}

/** All that a behaviour holds, as flags; those that make lists may be given several times. */
export const BEHAVIOUR_FLAGS: readonly BehaviourFlag[] = [
  {
    name: 'behaviour',
    argument: 'json',
    help: 'a whole behaviour, as for PUT /__behaviour; further flags are laid over it',
    apply: (_, text) => checkBehaviour(JSON.parse(text), '--behaviour'),
  },
  {
    name: 'latency',
    argument: 'latency',
    help: '5ms, bimodal:<fast>,<slow>,<share slow>, lognormal:<median>,<sigma> or pareto:<min>,<shape> (default: 5ms)',
    apply: (behaviour, text) => ({ ...behaviour, latency: parseLatency('--latency', text) }),
  },
  {
    name: 'jitter',
    argument: 'share',
    help: 'latency varies by up to this share, by seed: 0 to 1 (default: 0)',
    apply: (behaviour, text) => ({ ...behaviour, jitter: numberOf('--jitter', text) }),
  },
  {
    name: 'error-rate',
    argument: 'share',
    help: 'share of requests answered 500, by seed: 0 to 1 (default: 0)',
    apply: (behaviour, text) => ({ ...behaviour, errorRate: numberOf('--error-rate', text) }),
  },
  {
    name: 'rate-limit',
    argument: 'n',
    help: '429 with Retry-After: 1 above n answers in a rolling second (default: no limit)',
    apply: (behaviour, text) => ({ ...behaviour, rateLimitPerSecond: numberOf('--rate-limit', text) }),
  },
  {
    name: 'rate-limit-after',
    argument: 'n',
    help: '429 with Retry-After 1 to 5 for all after the first n requests (default: none)',
    apply: (behaviour, text) => ({ ...behaviour, rateLimitAfter: numberOf('--rate-limit-after', text) }),
  },
  {
    name: 'fault',
    argument: 'rule',
    help: `one fault, such as page=3,try=1,status=500 or request=7,status=429,retry-after=1 or rate=0.1,truncate or slow=1000 (bytes a second); kinds: ${FAULT_KINDS.join(', ')}`,
    apply: (behaviour, text) => ({
      ...behaviour,
      faults: [...(behaviour.faults ?? []), parseFaultRule(text)],
    }),
  },
  {
    name: 'outage',
    argument: 'span',
    help: '503 for all from one time to another after the start: 2s..4s, or 2s.. for ever; 2s..4s,reset to reset connections',
    apply: (behaviour, text) => ({
      ...behaviour,
      outages: [...(behaviour.outages ?? []), parseOutage(text)],
    }),
  },
  {
    name: 'stall',
    argument: 'span',
    help: 'no answer to anything from one time to another after the start: 4s..5s',
    apply: (behaviour, text) => ({
      ...behaviour,
      stalls: [...(behaviour.stalls ?? []), parseSpan('--stall', text)],
    }),
  },
]

function numberOf(name: string, text: string): number {
  if (text.trim() === '' || Number.isNaN(Number(text)))
    throw new RangeError(`${name} is "${text}"; allowed is a number`)
  return Number(text)
}

function parseSpan(name: string, text: string): Span {
  const [from = '', until = ''] = text.split('..')
  const fromMs = parseDuration(name, from)
  return until === '' ? { fromMs } : { fromMs, untilMs: parseDuration(name, until) }
}

function parseOutage(text: string): Outage {
  const [span = '', how] = text.split(',')
  if (how !== undefined && how !== 'reset') {
    throw new RangeError(`--outage is "${text}"; allowed after the comma is reset`)
  }
  return { ...parseSpan('--outage', span), ...(how === 'reset' ? { fault: { kind: how } } : {}) }
}

/** `page=3,try=1,status=500`: conditions and a fault, in any order. */
function parseFaultRule(text: string): FaultRule {
  const rule: Record<string, unknown> = {}
  const fault: Record<string, unknown> = {}
  for (const part of text.split(',')) {
    const [key = '', value] = part.split('=', 2)
    const number = value === undefined ? undefined : numberOf(`--fault: ${key}`, value)
    addPart(rule, fault, key, number)
  }
  return checkFaultRule(`--fault "${text}"`, { ...rule, fault })
}

function addPart(
  rule: Record<string, unknown>,
  fault: Record<string, unknown>,
  key: string,
  value: number | undefined,
): void {
  switch (key) {
    case 'page':
    case 'rate':
      rule[key] = value
      break
    case 'request':
    case 'try': {
      const list = key === 'try' ? 'tries' : 'requests'
      rule[list] = [...((rule[list] as unknown[] | undefined) ?? []), value]
      break
    }
    case 'retry-after':
      fault['retryAfterSeconds'] = value
      break
    default:
      fault['kind'] = key
      if (key === 'status') fault['status'] = value
      else if (key === 'slow') fault['bytesPerSecond'] = value
      else if (value !== undefined) throw new RangeError(`--fault: ${key} takes no value`)
  }
}
