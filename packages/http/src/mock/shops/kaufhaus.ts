import { formatMinor } from './product.js'
import type { Product } from './product.js'
import { integerOf, LARGEST_PAGE_SIZE, PAGE_SIZE } from './shop.js'
import type { Shop } from './shop.js'

/**
 * So near to 2^63 that doubles are 1024 apart: read as numbers, the shop's first thousand ids are all the
 * same.
 */
const FIRST_ID = 9_223_372_036_854_000_130n
const LAST_OFFSET = 100_000_000
const HOUR_MS = 3_600_000

/** Offset and limit; nested objects; German number format; ISO dates with offsets; 64-bit ids. */
export const kaufhaus: Shop = {
  name: 'kaufhaus',
  path: '/v2/artikel',
  words: {
    adjectives: [
      'Elegante',
      'Gemütliche',
      'Große',
      'Handgefertigte',
      'Moderne',
      'Praktische',
      'Süße',
      'Zeitlose',
    ],
    things: [
      ['Bohrmaschine', 'Werkzeug'],
      ['Bettwäsche', 'Wohnen'],
      ['Gießkanne', 'Garten'],
      ['Kaffeemühle', 'Küche'],
      ['Pfeffermühle', 'Küche'],
      ['Stehlampe', 'Wohnen'],
      ['Säge', 'Werkzeug'],
      ['Vogeltränke', 'Garten'],
    ],
  },
  breakages: [
    {
      reason: 'price in words',
      spoil: record => ({ ...record, preis: { betrag: 'auf Anfrage', waehrung: 'EUR' } }),
    },
    { reason: 'id null', spoil: record => ({ ...record, artikelnummer: null }) },
    { reason: 'price null', spoil: record => ({ ...record, preis: null }) },
    { reason: 'title missing', spoil: record => ({ ...record, bezeichnung: undefined }) },
  ],
  id: product => String(idOf(product)),
  currency: () => 'EUR',
  record: product => ({
    artikelnummer: idOf(product),
    bezeichnung: product.title,
    preis: { betrag: formatMinor(product.priceMinor, '.', ','), waehrung: 'EUR' },
    kategorie: { id: categoryId(product), name: product.category },
    bestand: { verfuegbar: product.stock, einheit: 'Stück' },
    geaendert: isoWithOffset(product.updatedAtMs, 1 + (product.index % 2)),
    links: { selbst: `https://kaufhaus.example/artikel/${idOf(product)}` },
  }),
  slice: query => ({
    offset: integerOf(query, 'offset', 0, 0, LAST_OFFSET),
    limit: integerOf(query, 'limit', PAGE_SIZE, 1, LARGEST_PAGE_SIZE),
  }),
  page: ({ records, offset, limit, total }) =>
    `{"meta":${JSON.stringify({ gesamt: total, offset, limit, weitere: offset + limit < total })},"artikel":[${records.join(',')}]}`,
}

function idOf(product: Product): bigint {
  return FIRST_ID + BigInt(product.index)
}

/** The same moment, in the local time of a zone so many hours east of UTC. */
function isoWithOffset(epochMs: number, hours: number): string {
  const local = new Date(epochMs + hours * HOUR_MS).toISOString().slice(0, 19)
  return `${local}+0${hours}:00`
}

function categoryId({ category }: Product): number {
  return 1 + kaufhaus.words.things.findIndex(([, one]) => one === category)
}
