import type { PolicyDescription, PolicyRole } from '../../core/index.js'
import type { DescribedLayer } from './layers.js'

/** The orders that hurt. */
export type StackWarningCode =
  | 'retry-inside-breaker'
  | 'retry-inside-rate'
  | 'retry-inside-permits'
  | 'nested-retries'
  | 'timeout-outside-retry'
  | 'deadline-inside-retry'
  | 'attempts-without-timeout'
  | 'limiter-inside-timeout'
  | 'limiter-inside-breaker'
  | 'permits-inside-rate'
  | 'breaker-inside-timeout'
  | 'hedge-inside-limiter'
  | 'hedge-inside-breaker'
  | 'fallback-inside'
  | 'chaos-not-innermost'
  | 'timeout-not-below-deadline'
  | 'same-permits-twice'

/** Something in the order of a stack that is probably not meant. */
export interface StackWarning {
  readonly code: StackWarningCode
  /** What happens, and what helps. */
  readonly message: string
  /** The places of the layers in `layers`: the outer one, and the inner one if there are two. */
  readonly layers: readonly number[]
}

/** An outer and an inner layer that should stand the other way round. */
interface OrderRule {
  readonly code: StackWarningCode
  readonly outer: readonly PolicyRole[]
  readonly inner: readonly PolicyRole[]
  readonly message: string
  /** Default: every such pair. */
  readonly when?: (outer: DescribedLayer, inner: DescribedLayer) => boolean
}

const LIMITERS: readonly PolicyRole[] = ['permits', 'rate']
const limitOf = ({ limitMs = Infinity }: PolicyDescription): number => limitMs

const ORDER_RULES: readonly OrderRule[] = [
  {
    code: 'retry-inside-breaker',
    outer: ['breaker'],
    inner: ['retry'],
    message:
      'The breaker sees one outcome for all attempts, and takes the waits between them for latency: it opens late. Put the retry outside.',
  },
  {
    code: 'retry-inside-rate',
    outer: ['rate'],
    inner: ['retry'],
    message: 'Only the first attempt pays: retries go beyond the rate. Put the retry outside.',
  },
  {
    code: 'retry-inside-permits',
    outer: ['permits'],
    inner: ['retry'],
    message:
      'A permit is held through the waits between attempts, while nothing runs. Put the retry outside.',
  },
  {
    code: 'nested-retries',
    outer: ['retry'],
    inner: ['retry'],
    message: 'Attempts multiply. Keep one retry, or give the inner errors to the outer retryWhen.',
  },
  {
    code: 'timeout-outside-retry',
    outer: ['timeout'],
    inner: ['retry'],
    message:
      'The timeout runs over all attempts and the waits between them. Put it inside for each attempt, and a Deadline outside for all together.',
  },
  {
    code: 'deadline-inside-retry',
    outer: ['retry'],
    inner: ['deadline'],
    message:
      'Each attempt has a new budget, so there is no limit for the whole call. Put the deadline outside.',
  },
  {
    code: 'limiter-inside-timeout',
    outer: ['timeout'],
    inner: LIMITERS,
    message: 'Waiting for our own limiter is taken for a slow remote. Put the limiter outside.',
  },
  {
    code: 'limiter-inside-breaker',
    outer: ['breaker'],
    inner: LIMITERS,
    message:
      'Waiting for our own limiter counts as latency, and may open the breaker. Put the limiter outside.',
  },
  {
    code: 'permits-inside-rate',
    outer: ['rate'],
    inner: ['permits'],
    message:
      'A call that has paid the rate then waits for a permit, so real departures bunch up beyond the rate. Put the permits outside.',
  },
  {
    code: 'breaker-inside-timeout',
    outer: ['timeout'],
    inner: ['breaker'],
    message:
      'The breaker learns of a timeout only when the operation itself has settled, which may be never. Put the timeout inside.',
  },
  {
    code: 'hedge-inside-limiter',
    outer: LIMITERS,
    inner: ['hedge'],
    message: 'Further attempts take no permit and pay no rate. Put the hedge outside.',
  },
  {
    code: 'hedge-inside-breaker',
    outer: ['breaker'],
    inner: ['hedge'],
    message: 'The breaker sees the winner only, and so never the slow ones. Put the hedge outside.',
  },
  {
    code: 'fallback-inside',
    outer: ['retry', 'breaker', 'hedge'],
    inner: ['fallback'],
    message: 'What the fallback gives looks like success from outside. Put the fallback outermost.',
  },
  {
    code: 'timeout-not-below-deadline',
    outer: ['deadline'],
    inner: ['timeout'],
    message: 'The deadline comes before the timeout does. Make the timeout shorter.',
    when: (outer, inner) => limitOf(inner) >= limitOf(outer),
  },
  {
    code: 'same-permits-twice',
    outer: ['permits'],
    inner: ['permits'],
    message:
      'One call needs two permits of the same limiter: enough calls at once wait for each other forever.',
    when: (outer, inner) => outer.policy === inner.policy,
  },
]

/** All orders that hurt, from the outermost layer inwards. */
export function warningsOf(layers: readonly DescribedLayer[]): StackWarning[] {
  return layers.flatMap((layer, place) => [
    ...layers.slice(place + 1).flatMap((inner, below) => {
      const rules = ORDER_RULES.filter(rule => isBroken(rule, layer, inner))
      return rules.map(({ code, message }) => ({ code, message, layers: [place, place + 1 + below] }))
    }),
    ...aloneWarnings(layers, layer, place),
  ])
}

function isBroken({ outer, inner, when }: OrderRule, layer: DescribedLayer, below: DescribedLayer): boolean {
  if (!outer.includes(layer.role) || !inner.includes(below.role)) return false
  return when === undefined || when(layer, below)
}

/** What one layer lacks, or has too much of, inside it. */
function aloneWarnings(
  layers: readonly DescribedLayer[],
  { role, attempts = 1 }: DescribedLayer,
  place: number,
): StackWarning[] {
  const inside = layers.slice(place + 1)
  if (role === 'retry' && attempts > 1 && inside.every(layer => limitOf(layer) === Infinity)) {
    const message = 'Nothing limits an attempt: one that hangs is never tried again. Put a timeout inside.'
    return [{ code: 'attempts-without-timeout', message, layers: [place] }]
  }
  if (role === 'chaos' && inside.some(layer => layer.role !== 'chaos')) {
    const message = 'The policies inside are not put to the test. Put chaos innermost.'
    return [{ code: 'chaos-not-innermost', message, layers: [place] }]
  }
  return []
}
