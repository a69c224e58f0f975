import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Static pages `ROOT/N/PAGE.json` with N records each, as a shop's API answers them. */
export async function writePages(root, perPage, pages) {
  const folder = join(root, `${perPage}`)
  await mkdir(folder, { recursive: true })
  const total = pages * perPage
  for (let page = 1; page <= pages; page += 1) {
    const items = Array.from({ length: perPage }, (_, index) => record((page - 1) * perPage + index))
    await writeFile(join(folder, `${page}.json`), JSON.stringify({ total, page, items }))
  }
}

function record(number) {
  return {
    id: `item-${String(number).padStart(8, '0')}`,
    name: `Product number ${number} of the catalogue`,
    price: `$${(number % 2_000) + 1}.${String(number % 100).padStart(2, '0')}`,
    category: ['books', 'garden', 'kitchen', 'music'][number % 4],
    stock: number % 500,
    updated_at: new Date(1_750_000_000_000 + number * 1_000).toISOString(),
    url: `https://shop.example/items/${number}`,
  }
}

/** What the pipeline makes of them: every field read by its type. */
export function sourceOf(origin, { perPage, concurrency }) {
  return {
    name: 'shop',
    baseUrl: origin,
    path: `/${perPage}`,
    pagination: { type: 'page', pageSize: perPage, totalRecordsPath: 'total', maxPages: 1_000_000 },
    records: 'items',
    limits: { rate: 1_000_000, concurrency },
    mapping: {
      id: { path: 'id' },
      title: { path: 'name', required: true },
      price: { path: 'price', type: 'money', locale: 'en', symbols: { $: 'USD' }, required: true },
      category: { path: 'category' },
      stock: { path: 'stock', type: 'integer' },
      updatedAt: { path: 'updated_at', type: 'date' },
      url: { path: 'url' },
    },
  }
}
