import type { Product, Vocabulary } from './product.js'

/** The three mock shops, in the order of their ports. */
export const SHOP_NAMES = ['northwind', 'kaufhaus', 'mercado'] as const

/** One of the three mock shops. */
export type ShopName = (typeof SHOP_NAMES)[number]

/** Any JSON value; a bigint becomes a bare integer, however many digits it has. */
export type ShopRecord = Readonly<Record<string, unknown>>

/** The part of the listing that a request asks for. */
export interface Slice {
  readonly offset: number
  readonly limit: number
}

/** One way to spoil a record, so that no reader can take it without guessing. */
export interface Breakage {
  readonly reason: string
  readonly spoil: (record: ShopRecord) => unknown
}

/** A page as a shop sends it: `records` are JSON already. */
export interface ShopPage extends Slice {
  readonly records: readonly string[]
  readonly total: number
  /** `http://host:port`, as the client called it. */
  readonly origin: string
}

/** The ways of one shop: its words, its records, its paging. */
export interface Shop {
  readonly name: ShopName
  readonly path: string
  readonly words: Vocabulary
  readonly breakages: readonly Breakage[]
  id(product: Product): string
  currency(product: Product): string
  record(product: Product): ShopRecord
  /** @throws RangeError when the parameters are none that the shop knows; it answers 400. */
  slice(query: URLSearchParams): Slice
  /** The page in JSON. */
  page(page: ShopPage): string
}

/** Default and largest number of records on a page. */
export const PAGE_SIZE = 10
export const LARGEST_PAGE_SIZE = 100

/** An integer parameter. @throws RangeError naming it. */
export function integerOf(
  query: URLSearchParams,
  name: string,
  fallback: number,
  min: number,
  max: number,
): number {
  const text = query.get(name) ?? String(fallback)
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new RangeError(`${name} is "${text}"; allowed is an integer from ${min} to ${max}`)
  }
  return value
}
