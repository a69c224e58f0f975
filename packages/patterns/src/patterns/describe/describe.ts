import { checkPolicy } from '../../core/index.js'
import type { AnyPolicy, Facts, PolicyRole } from '../../core/index.js'
import { layersOf } from './layers.js'
import { warningsOf } from './stack-warnings.js'
import type { StackWarning } from './stack-warnings.js'
import { worstCaseOf } from './worst-case.js'
import type { WorstCase } from './worst-case.js'

/** One layer of a stack. */
export interface LayerDescription {
  /** `retry`, `circuit-breaker`, ...; the class of a policy that says nothing of itself. */
  readonly pattern: string
  readonly role: PolicyRole
  /** How it is set. */
  readonly options: Facts
  /** Whether it says nothing of itself, and so counts as one that passes every call straight through. */
  readonly isOpaque: boolean
}

/** A stack as data. Infinity stands for what nothing limits. */
export interface StackDescription extends WorstCase {
  /** The outermost first; stacks within stacks are laid open. */
  readonly layers: readonly LayerDescription[]
  /** False when a layer says nothing of itself: the figures are then those of the others. */
  readonly isComplete: boolean
  /** Orders that hurt, from the outermost layer inwards; empty when there is nothing to say. */
  readonly warnings: readonly StackWarning[]
}

/**
 * What a policy or a stack does to one call at worst, and what in its order is probably not meant.
 *
 * The figures hold for the options as they are now. Not in them is what nobody can know: a wait that a server
 * asks for by Retry-After, and what a fallback function takes. Calling it runs nothing and changes nothing.
 *
 *     describe(compose(retry, limiter, breaker, timeout)).warnings.map(warning => warning.message)
 */
export function describe(policy: AnyPolicy): StackDescription {
  checkPolicy('describe.policy', policy)
  const described = layersOf(policy)
  const layers = described.map(({ pattern, role, options = {}, isOpaque }) => ({
    pattern,
    role,
    options,
    isOpaque,
  }))
  const isComplete = layers.every(layer => !layer.isOpaque)
  return { layers, ...worstCaseOf(described), isComplete, warnings: warningsOf(described) }
}
