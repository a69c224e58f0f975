import type { FieldValue, Money } from '../records/index.js'
import type { StoredRecord } from './run-data.js'

/** A record of a shop. Null where the stream has no such field. */
export interface ProductSummary {
  readonly source: string
  readonly id: string
  readonly title: string | null
  readonly price: Money | null
  readonly category: string | null
  readonly stock: number | null
  readonly updatedAt: string | null
  readonly url: string | null
}

/**
 * The part of a summary that knows shops: there for a pipeline that asks for it by `summary: { products: true
 * }`.
 */
export function productOf({ stream, id, fields }: StoredRecord): ProductSummary {
  return {
    source: stream,
    id,
    title: textOf(fields['title']),
    price: moneyOf(fields['price']),
    category: textOf(fields['category']),
    stock: typeof fields['stock'] === 'number' ? fields['stock'] : null,
    updatedAt: textOf(fields['updatedAt']),
    url: textOf(fields['url']),
  }
}

function textOf(value: FieldValue | undefined): string | null {
  return value === undefined || value === null || typeof value === 'object' ? null : String(value)
}

function moneyOf(value: FieldValue | undefined): Money | null {
  return typeof value === 'object' && value !== null ? value : null
}
