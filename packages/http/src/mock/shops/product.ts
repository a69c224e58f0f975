import type { Random } from 'async-patterns'

/** The words that a shop's products are made of. */
export interface Vocabulary {
  readonly adjectives: readonly string[]
  /** Things with their category. */
  readonly things: readonly (readonly [thing: string, category: string])[]
}

/** A product as it truly is, before a shop puts it into its own form. */
export interface Product {
  /** From 0; the shop's id is made of it. */
  readonly index: number
  readonly title: string
  readonly category: string
  /** Price in hundredths. */
  readonly priceMinor: number
  readonly stock: number
  readonly updatedAtMs: number
}

const NEWEST_MS = Date.UTC(2026, 5, 30)
const YEAR_SECONDS = 365 * 24 * 3600

export function makeProduct(index: number, words: Vocabulary, random: Random): Product {
  const [thing, category] = pick(words.things, random)
  return {
    index,
    title: `${pick(words.adjectives, random)} ${thing} ${100 + Math.floor(random() * 900)}`,
    category,
    priceMinor: 99 + Math.floor(random() ** 3 * 400_000),
    stock: Math.floor(random() * 500),
    updatedAtMs: NEWEST_MS - Math.floor(random() * YEAR_SECONDS) * 1000,
  }
}

function pick<T>(from: readonly T[], random: Random): T {
  return from[Math.floor(random() * from.length)] as T
}

/** `1299.5` units as `1,299.50` or `1.299,50`. */
export function formatMinor(minor: number, group: string, decimal: string): string {
  const digits = String(Math.floor(minor / 100)).replace(/\B(?=(\d{3})+$)/g, group)
  return `${digits}${decimal}${String(minor % 100).padStart(2, '0')}`
}
