import type { Product } from './product.js'
import { integerOf, LARGEST_PAGE_SIZE, PAGE_SIZE } from './shop.js'
import type { Shop, ShopPage, ShopRecord } from './shop.js'

/**
 * An opaque cursor and the next URL in the body; missing and null fields, epoch-millisecond dates,
 * prices in minor units, tags instead of a category.
 */
export const mercado: Shop = {
  name: 'mercado',
  path: '/items',
  words: {
    adjectives: ['Elegante', 'Excelente', 'Fácil', 'Flexible', 'Genial', 'Gran', 'Increíble', 'Versátil'],
    things: [
      ['Cafetera', 'cocina'],
      ['Champú de Ñandú', 'belleza'],
      ['Guitarra', 'música'],
      ['Hamaca', 'jardín'],
      ['Lámpara', 'hogar'],
      ['Piñata', 'fiesta'],
      ['Sartén', 'cocina'],
      ['Silla', 'hogar'],
    ],
  },
  breakages: [
    { reason: 'id missing', spoil: record => ({ ...record, sku: undefined }) },
    { reason: 'price in words', spoil: record => ({ ...record, price_minor: 'consultar' }) },
    { reason: 'no record at all', spoil: () => 'ERROR: item unavailable' },
    { reason: 'title null', spoil: record => ({ ...record, title: null }) },
  ],
  id: product => `MRC-${(1_000_003 + product.index * 7919).toString(36).toUpperCase()}`,
  currency: product => (product.index % 4 === 3 ? 'USD' : 'MXN'),
  record: product => ({
    sku: mercado.id(product),
    title: product.title,
    price_minor: product.priceMinor,
    currency: mercado.currency(product),
    tags: [product.category, product.stock > 400 ? 'oferta' : 'nuevo'],
    stock: product.stock,
    updated_ms: product.updatedAtMs,
    permalink: `https://mercado.example/i/${mercado.id(product)}`,
    ...gaps(product),
  }),
  slice: query => {
    const limit = integerOf(query, 'limit', PAGE_SIZE, 1, LARGEST_PAGE_SIZE)
    const cursor = query.get('cursor')
    return { offset: cursor === null ? 0 : readCursor(cursor), limit }
  },
  page: page => {
    const next = nextCursor(page)
    const paging = {
      next_cursor: next,
      has_more: next !== null,
      next: next === null ? null : `${page.origin}${mercado.path}?limit=${page.limit}&cursor=${next}`,
    }
    return `{"items":[${page.records.join(',')}],"paging":${JSON.stringify(paging)}}`
  },
}

/** Fields that are null, or not there at all (undefined), though the product is good. */
function gaps({ index }: Product): ShopRecord {
  return {
    ...(index % 5 === 1 ? { stock: null } : {}),
    ...(index % 7 === 2 ? { stock: undefined } : {}),
    ...(index % 9 === 4 ? { tags: undefined } : {}),
    ...(index % 11 === 5 ? { tags: [] } : {}),
    ...(index % 13 === 6 ? { updated_ms: null } : {}),
    ...(index % 17 === 8 ? { permalink: undefined } : {}),
  }
}

function nextCursor({ offset, limit, total }: ShopPage): string | null {
  const next = offset + limit
  return next < total ? Buffer.from(`after:${next}`).toString('base64url') : null
}

function readCursor(cursor: string): number {
  const [, digits] = /^after:(\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? []
  if (digits === undefined) throw new RangeError('cursor is none that this shop has given')
  return Number(digits)
}
