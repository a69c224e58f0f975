import type { ProductSummary } from '../../measurements/index.js'
import type { FieldValue, Money } from '../records/index.js'
import type { StoredRecord } from './run-data.js'

/** The part of a summary that knows shops, for a pipeline with `summary: { products: true }`. */
export function productOf({ stream, id, fields }: StoredRecord): ProductSummary {
  return {
    source: stream,
    id,
    title: textOf(fields['title']),
    price: moneyOf(fields['price']),
    category: textOf(fields['category']),
    stock: stockOf(fields['stock']),
    updatedAt: textOf(fields['updatedAt']),
    url: textOf(fields['url']),
  }
}

/** Digits where no number holds them. */
function stockOf(value: FieldValue | undefined): number | string | null {
  return typeof value === 'number' || typeof value === 'string' ? value : null
}

function textOf(value: FieldValue | undefined): string | null {
  return value === undefined || value === null || typeof value === 'object' ? null : String(value)
}

function moneyOf(value: FieldValue | undefined): Money | null {
  return isMoney(value) ? value : null
}

function isMoney(value: unknown): value is Money {
  if (typeof value !== 'object' || value === null || !('amount' in value)) return false
  return typeof value.amount === 'string' && 'currency' in value && typeof value.currency === 'string'
}
