import { seededRandom } from 'async-patterns'
import type { Random } from 'async-patterns'
import { makeProduct } from './product.js'
import type { Product } from './product.js'
import { PAGE_SIZE } from './shop.js'
import type { Breakage, Shop, ShopName } from './shop.js'

/** A record that is broken on purpose. */
export interface BrokenRecord {
  /** From 1, at ten records a page. */
  readonly page: number
  /** Its place among the page's records, from 0. */
  readonly index: number
  readonly reason: string
}

/** What is true of a shop, whoever reads it: records = uniqueIds + duplicates + broken. */
export interface ShopFacts {
  readonly shop: ShopName
  readonly seed: number
  /** At ten records a page. */
  readonly pages: number
  readonly records: number
  /** Good products, each counted once. */
  readonly uniqueIds: number
  /** Records that repeat, unchanged, a good one of an earlier page. */
  readonly duplicates: number
  readonly broken: number
  readonly brokenRecords: readonly BrokenRecord[]
  /** Per currency, over the good products, each once: how many, and the sum of their prices in hundredths. */
  readonly prices: Readonly<Record<string, { readonly count: number; readonly sumMinor: number }>>
  /** The ids of the good products in the order of the listing, digits of any length as a string. */
  readonly ids: readonly string[]
}

/** A shop's records in their order, each as JSON, and the truth about them. */
export interface Listing {
  readonly records: readonly string[]
  readonly facts: ShopFacts
}

const DUPLICATES_PER_PAGE = 0.2
const BROKEN_PER_PAGE = 0.16

/** The same listing for the same shop, seed and number of pages. */
export function makeListing(shop: Shop, seed: number, pages: number): Listing {
  const maker = new ListingMaker(shop, seed, pages)
  const records = Array.from({ length: pages * PAGE_SIZE }, (_, place) => json(maker.recordAt(place)))
  return { records, facts: { shop: shop.name, seed, pages, ...maker.facts } }
}

/** Makes record after record, from the first place to the last, and keeps account of them. */
class ListingMaker {
  readonly #shop: Shop
  readonly #random: Random
  readonly #slots: Slots
  readonly #good: Product[] = []
  readonly #broken: BrokenRecord[] = []
  #goodOfEarlierPages = 0

  constructor(shop: Shop, seed: number, pages: number) {
    this.#shop = shop
    this.#random = seededRandom(seed ^ hashOf(shop.name))
    this.#slots = new Slots(pages, this.#random)
  }

  recordAt(place: number): unknown {
    if (place % PAGE_SIZE === 0) this.#goodOfEarlierPages = this.#good.length
    if (this.#slots.duplicates.has(place)) return this.#shop.record(this.#earlier())
    const product = makeProduct(place, this.#shop.words, this.#random)
    if (this.#slots.broken.has(place)) return this.#breakOne(product)
    this.#good.push(product)
    return this.#shop.record(product)
  }

  get facts(): Omit<ShopFacts, 'shop' | 'seed' | 'pages'> {
    return {
      ...this.#slots.counts,
      uniqueIds: this.#good.length,
      brokenRecords: this.#broken,
      prices: pricesOf(this.#shop, this.#good),
      ids: this.#good.map(product => this.#shop.id(product)),
    }
  }

  #earlier(): Product {
    return this.#good[Math.floor(this.#random() * this.#goodOfEarlierPages)] as Product
  }

  #breakOne(product: Product): unknown {
    const { breakages } = this.#shop
    const { reason, spoil } = breakages[this.#broken.length % breakages.length] as Breakage
    this.#broken.push({ ...positionOf(product.index), reason })
    return spoil(this.#shop.record(product))
  }
}

/** Which places hold duplicates and broken records; the first page holds no duplicate. */
class Slots {
  readonly duplicates: ReadonlySet<number>
  readonly broken: ReadonlySet<number>
  readonly counts: { records: number; duplicates: number; broken: number }

  constructor(pages: number, random: Random) {
    const records = pages * PAGE_SIZE
    const duplicates = pages === 1 ? 0 : Math.ceil(pages * DUPLICATES_PER_PAGE)
    const broken = Math.ceil(pages * BROKEN_PER_PAGE)
    this.duplicates = draw(duplicates, PAGE_SIZE, records, random)
    this.broken = draw(broken, 0, records, random, this.duplicates)
    this.counts = { records, duplicates, broken }
  }
}

/** `count` different places from `from` up to `to`, none of them in `taken`. */
function draw(
  count: number,
  from: number,
  to: number,
  random: Random,
  taken?: ReadonlySet<number>,
): Set<number> {
  const places = new Set<number>()
  while (places.size < count) {
    const place = from + Math.floor(random() * (to - from))
    if (taken?.has(place) !== true) places.add(place)
  }
  return places
}

function positionOf(place: number): { page: number; index: number } {
  return { page: Math.floor(place / PAGE_SIZE) + 1, index: place % PAGE_SIZE }
}

function pricesOf(shop: Shop, good: readonly Product[]): ShopFacts['prices'] {
  const prices: Record<string, { count: number; sumMinor: number }> = {}
  for (const product of good) {
    const price = (prices[shop.currency(product)] ??= { count: 0, sumMinor: 0 })
    price.count++
    price.sumMinor += product.priceMinor
  }
  return prices
}

/** JSON in which a bigint is a bare integer. */
function json(value: unknown): string {
  const text = JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? `\u0000${one}` : one))
  return text.replace(/"\\u0000(\d+)"/g, '$1')
}

/** Source: FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash
}
