import { seededRandom } from 'async-patterns'
import type { Random } from 'async-patterns'

/** A number from a text. Source: FNV-1a, 32 bits. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash >>> 0
}

/** Chances that follow from the seed and what they are for, in whatever order they are asked for. */
export function chanceFor(seed: number, ...of: readonly (string | number)[]): Random {
  return seededRandom(Math.imul(seed, 0x9e3779b1) ^ hashOf(of.join('\n')))
}

/** One of a list. */
export function oneOf<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)] as T
}

/** A whole number from `from` to below `to`. */
export function between(random: Random, from: number, to: number): number {
  return from + Math.floor(random() * (to - from))
}
