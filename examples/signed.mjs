/**
 * Where declaring ends: each request is signed over its method, URL and body, the next page is asked for by two
 * fields of the last record, and amounts are read out of texts. `async-patterns acquire signed.mjs` with ORDERS_URL,
 * ORDERS_KEY and ORDERS_SECRET in the environment.
 */
import { createHmac } from 'node:crypto'
import { defineConfig, defineSource } from '@async-patterns/http/acquisition'

const { ORDERS_KEY, ORDERS_SECRET } = process.env

/** In the main thread, right before a request departs: what a signature covers is final then. */
function authorize({ method, url, body }) {
  const { pathname, search } = new URL(url)
  const signature = createHmac('sha256', ORDERS_SECRET)
    .update(`${method}\n${pathname}${search}\n`)
    .update(body)
  return { headers: { 'x-key': ORDERS_KEY, 'x-signature': signature.digest('hex') } }
}

/** In a worker thread, as the two below. `state` is stored with the page, so that a killed run goes on from there. */
function paginate({ body, records }, { page }) {
  const taken = (page.state?.taken ?? 0) + records.length
  const last = records.at(-1)
  if (last === undefined || taken >= body.count) return undefined
  return { query: { after: last.placed, afterId: last.id }, state: { taken } }
}

/** `EUR 1.234,50` becomes an amount in cents; drafts are left out. */
function transform(order) {
  if (order.status === 'draft') return undefined
  const [currency, amount] = order.total.split(' ')
  return { ...order, currency, cents: Number(amount.replace(/\D/g, '')) }
}

const orders = defineSource({
  name: 'orders',
  baseUrl: '${ORDERS_URL}',
  path: '/v2/orders',
  query: { limit: 2 },
  id: 'id',
  records: 'orders',
  drop: ['total'],
  hooks: { authorize, paginate, transform },
})

export default defineConfig({ sources: [orders] })
