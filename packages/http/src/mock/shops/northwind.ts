import { formatMinor } from './product.js'
import { integerOf, LARGEST_PAGE_SIZE, PAGE_SIZE } from './shop.js'
import type { Shop } from './shop.js'

const LAST_PAGE = 1_000_000

/** Page numbers with a total; flat records; prices as strings (`"$1,299.00"`), stock as a number. */
export const northwind: Shop = {
  name: 'northwind',
  path: '/api/products',
  words: {
    adjectives: ['Brushed', 'Compact', 'Folding', 'Heavy-duty', 'Portable', 'Rustic', 'Smart', 'Vintage'],
    things: [
      ['Desk Lamp', 'Lighting'],
      ['Espresso Machine', 'Kitchen'],
      ['Hiking Backpack', 'Outdoor'],
      ['Mechanical Keyboard', 'Electronics'],
      ['Noise-cancelling Headphones', 'Electronics'],
      ['Oak Bookshelf', 'Furniture'],
      ['Rain Jacket', 'Outdoor'],
      ['12" Skillet', 'Kitchen'],
    ],
  },
  breakages: [
    { reason: 'price in words', spoil: record => ({ ...record, price: 'call for price' }) },
    { reason: 'id missing', spoil: record => ({ ...record, id: undefined }) },
    { reason: 'price is a range', spoil: record => ({ ...record, price: '$10.00-$12.00' }) },
    { reason: 'name null', spoil: record => ({ ...record, name: null }) },
  ],
  id: product => `NW-${String(product.index + 1).padStart(5, '0')}`,
  currency: () => 'USD',
  record: product => ({
    id: northwind.id(product),
    name: product.title,
    price: `$${formatMinor(product.priceMinor, ',', '.')}`,
    category: product.category,
    stock: product.stock,
    updated_at: new Date(product.updatedAtMs).toISOString(),
    url: `https://northwind.example/products/${northwind.id(product).toLowerCase()}`,
  }),
  slice: query => {
    const page = integerOf(query, 'page', 1, 1, LAST_PAGE)
    const limit = integerOf(query, 'per_page', PAGE_SIZE, 1, LARGEST_PAGE_SIZE)
    return { offset: (page - 1) * limit, limit }
  },
  page: ({ records, offset, limit, total }) => {
    const paging = {
      page: offset / limit + 1,
      per_page: limit,
      total_pages: Math.ceil(total / limit),
      total,
      has_more: offset + limit < total,
    }
    return `{"products":[${records.join(',')}],${JSON.stringify(paging).slice(1)}`
  },
}
