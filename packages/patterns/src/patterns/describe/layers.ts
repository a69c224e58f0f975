import type { Policy, PolicyDescription } from '../../core/index.js'

/** A policy of a stack and what it says of itself. */
export interface DescribedLayer extends PolicyDescription {
  readonly policy: Policy<never, unknown>
  /** Whether it says nothing of itself: a policy of your own, say. */
  readonly isOpaque: boolean
}

/** The layers of a policy, the outermost first; stacks within stacks are laid open. */
export function layersOf(policy: Policy<never, unknown>): DescribedLayer[] {
  const description = policy.describe?.()
  if (description?.layers !== undefined) return description.layers.flatMap(layersOf)
  if (description !== undefined) return [{ ...description, policy, isOpaque: false }]
  return [{ pattern: nameOf(policy), role: 'other', policy, isOpaque: true }]
}

/** The name of its class, where it has one. */
function nameOf(policy: object): string {
  const name: unknown = policy.constructor?.name
  return typeof name === 'string' && name !== 'Object' && name !== '' ? name : 'opaque'
}
