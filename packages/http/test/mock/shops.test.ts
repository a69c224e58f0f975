import { startShops } from '@async-patterns/http/mock'
import type { Shops, ShopServer } from '@async-patterns/http/mock'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from '../contracts/servers.js'

const FAST = { latency: 0 } as const

let shops: Shops

beforeAll(async () => {
  shops = await startShops({ seed: 1, behaviour: FAST })
})

beforeEach(() => {
  for (const shop of shops.all) {
    shop.setBehaviour(FAST)
    shop.clearRequests()
  }
})

afterAll(() => shops.close())

async function get(url: string): Promise<{ status: number; headers: Headers; body: never }> {
  const response = await fetch(url)
  return { status: response.status, headers: response.headers, body: (await response.json()) as never }
}

async function control(shop: ShopServer, method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(shop.url + path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
}

describe('paging', () => {
  test('northwind: page numbers with a total', async () => {
    const pages = await Promise.all(
      Array.from({ length: 25 }, async (_, at) => {
        const { body } = await get(`${shops.northwind.apiUrl}?page=${at + 1}`)
        expect(body).toMatchObject({ page: at + 1, per_page: 10, total_pages: 25, total: 250 })
        return (body as { products: { id?: string }[] }).products
      }),
    )
    expect(pages.every(page => page.length === 10)).toBe(true)
    expect(pages.flat().map(({ id }) => id)).toEqual(expect.arrayContaining([...shops.northwind.facts.ids]))
    expect((await get(`${shops.northwind.apiUrl}?page=26`)).body).toMatchObject({ products: [] })
    expect((await get(`${shops.northwind.apiUrl}?page=2&per_page=100`)).body).toMatchObject({
      total_pages: 3,
    })
  })

  test('kaufhaus: offset and limit, with 64-bit ids as they are', async () => {
    const texts: string[] = []
    for (let offset = 0; offset < 250; offset += 10) {
      const response = await fetch(`${shops.kaufhaus.apiUrl}?offset=${offset}&limit=10`)
      texts.push(await response.text())
    }
    expect(texts[0]).toContain('"meta":{"gesamt":250,"offset":0,"limit":10,"weitere":true}')
    for (const id of shops.kaufhaus.facts.ids) expect(texts.join()).toContain(`"artikelnummer":${id},`)
    expect((await get(`${shops.kaufhaus.apiUrl}?offset=250`)).body).toMatchObject({ artikel: [] })
  })

  test('mercado: an opaque cursor and the next URL lead through all pages, and end', async () => {
    interface Page {
      items: { sku?: string }[]
      paging: { next: string | null; next_cursor: string | null; has_more: boolean }
    }
    const skus: unknown[] = []
    let pages = 0
    for (let next: string | null = shops.mercado.apiUrl; next !== null; pages++) {
      const { items, paging } = (await get(next)).body as Page
      skus.push(...items.map(item => item.sku))
      expect(paging.has_more).toBe(paging.next !== null)
      if (paging.next !== null) {
        expect(paging.next).toBe(`${shops.mercado.apiUrl}?limit=10&cursor=${paging.next_cursor}`)
      }
      next = paging.next
    }
    expect(pages).toBe(25)
    expect(skus).toEqual(expect.arrayContaining([...shops.mercado.facts.ids]))
  })

  test.each([
    ['northwind', '?page=0', /page is \\?"0\\?"; allowed is an integer from 1/],
    ['northwind', '?per_page=101', /per_page is .* to 100/],
    ['kaufhaus', '?offset=-1', /offset is/],
    ['kaufhaus', '?limit=x', /limit is/],
    ['mercado', '?cursor=nonsense', /cursor is none that this shop has given/],
  ] as const)('%s%s is a 400 that says what is allowed', async (name, query, message) => {
    const { status, body } = await get(shops[name].apiUrl + query)
    expect(status).toBe(400)
    expect(JSON.stringify(body)).toMatch(message)
  })

  test('other paths are 404, other methods 405', async () => {
    expect((await get(`${shops.northwind.url}/nothing`)).status).toBe(404)
    expect((await control(shops.northwind, 'POST', '/api/products')).status).toBe(405)
    const head = await control(shops.northwind, 'HEAD', '/api/products')
    expect([head.status, Number(head.headers.get('content-length')) > 1000]).toEqual([200, true])
  })
})

describe('behaviour', () => {
  const page = (at: number): string => `${shops.northwind.apiUrl}?page=${at}`

  test('a page that fails once works the second time; Retry-After is whole seconds', async () => {
    shops.northwind.setBehaviour({
      ...FAST,
      faults: [
        { page: 3, tries: [1], fault: { kind: 'status', status: 500 } },
        { page: 4, tries: [1], fault: { kind: 'status', status: 429, retryAfterSeconds: 1 } },
      ],
    })
    const first = await Promise.all([3, 4, 5].map(at => get(page(at))))
    expect(first.map(({ status }) => status)).toEqual([500, 429, 200])
    expect(first[1]?.headers.get('retry-after')).toBe('1')
    expect((await Promise.all([3, 4].map(at => get(page(at))))).map(({ status }) => status)).toEqual([
      200, 200,
    ])
  })

  test('a truncated body ends in an error, short of its length', async () => {
    shops.northwind.setBehaviour({ ...FAST, faults: [{ requests: [1], fault: { kind: 'truncate' } }] })
    const response = await fetch(page(1))
    expect(response.status).toBe(200)
    await expect(response.text()).rejects.toThrow()
    expect((await get(page(1))).status).toBe(200)
  })

  test('malformed JSON and HTML are complete responses with status 200', async () => {
    shops.northwind.setBehaviour({
      ...FAST,
      faults: [
        { requests: [1], fault: { kind: 'malformed' } },
        { requests: [2], fault: { kind: 'html' } },
      ],
    })
    const malformed = await fetch(page(1))
    expect(malformed.headers.get('content-type')).toMatch(/json/)
    await expect(malformed.json()).rejects.toThrow(SyntaxError)
    const html = await fetch(page(1))
    expect(html.headers.get('content-type')).toMatch(/html/)
    expect(await html.text()).toMatch(/^<!doctype html>/)
  })

  test('a slow body takes its time and is whole', async () => {
    const { length } = await (await fetch(page(1))).text()
    shops.northwind.setBehaviour({
      ...FAST,
      faults: [{ fault: { kind: 'slow', bytesPerSecond: length * 4 } }],
    })
    const startedAt = performance.now()
    const response = await fetch(page(1))
    const headAfterMs = performance.now() - startedAt
    expect((await response.text()).length).toBe(length)
    const bodyAfterMs = performance.now() - startedAt
    expect(bodyAfterMs).toBeGreaterThanOrEqual(245)
    expect(headAfterMs).toBeLessThan(bodyAfterMs / 2)
  })

  test.each(['reset', 'garbage'] as const)('%s: no response at all', async kind => {
    shops.northwind.setBehaviour({ ...FAST, faults: [{ requests: [1], fault: { kind } }] })
    await expect(fetch(page(1))).rejects.toThrow()
    expect(shops.northwind.requests).toMatchObject([{ status: 0, fault: kind }])
    expect((await get(page(1))).status).toBe(200)
  })

  test('hang: nothing comes until the client gives up', async () => {
    shops.northwind.setBehaviour({ ...FAST, faults: [{ fault: { kind: 'hang' } }] })
    await expect(fetch(page(1), { signal: AbortSignal.timeout(100) })).rejects.toThrow(/timeout/)
  })

  test('above n requests a second, 429 with Retry-After', async () => {
    shops.northwind.setBehaviour({ ...FAST, rateLimitPerSecond: 3 })
    const answers = await Promise.all([1, 2, 3, 4, 5].map(at => get(page(at))))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3)
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused.map(({ headers }) => headers.get('retry-after'))).toEqual(['1', '1'])
  })

  test('an outage is one shop alone, and over when its time is', async () => {
    shops.northwind.setBehaviour({ ...FAST, outages: [{ fromMs: 0 }] })
    expect((await get(page(1))).status).toBe(503)
    expect((await get(shops.kaufhaus.apiUrl)).status).toBe(200)
    const before = performance.timeOrigin + performance.now()
    shops.northwind.setBehaviour({ ...FAST, outages: [{ fromMs: 0, untilMs: 200 }] })
    const after = performance.timeOrigin + performance.now()
    shops.northwind.clearRequests()
    while ((await get(page(1))).status === 503);
    // By the server's own clock, for a busy machine may send a request much later than it was told to.
    for (const { at, status } of shops.northwind.requests) {
      if (status === 503) expect(at).toBeLessThan(after + 200)
      else expect(at).toBeGreaterThanOrEqual(before + 200)
    }
  })

  test('latency is there, and only in the API', async () => {
    shops.northwind.setBehaviour({ latency: 300 })
    const startedAt = performance.now()
    await get(page(1))
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(300)
    // Not by a time, which a busy machine may exceed: an answer that came with this latency would be late by
    // a minute.
    shops.northwind.clearRequests()
    shops.northwind.setBehaviour({ latency: 60_000 })
    const abort = new AbortController()
    const pending = fetch(page(1), { signal: abort.signal })
    await eventually(() => shops.northwind.requests.length === 1)
    expect((await control(shops.northwind, 'GET', '/health')).status).toBe(200)
    expect(shops.northwind.requests).toMatchObject([{ status: 0 }])
    abort.abort()
    await expect(pending).rejects.toThrow()
  })
})

describe('control', () => {
  test('the log has every request to the API in its order, on the wall clock with a fraction', async () => {
    const before = performance.timeOrigin + performance.now()
    shops.kaufhaus.setBehaviour({ ...FAST, faults: [{ page: 2, fault: { kind: 'status', status: 500 } }] })
    for (const offset of [0, 10, 20]) await fetch(`${shops.kaufhaus.apiUrl}?offset=${offset}&limit=10`)
    await fetch(`${shops.kaufhaus.url}/nothing`)
    await control(shops.kaufhaus, 'GET', '/health')
    const answer = await control(shops.kaufhaus, 'GET', '/__requests')
    const { requests } = (await answer.json()) as { requests: { at: number }[] }
    expect(requests).toEqual(shops.kaufhaus.requests)
    expect(requests).toMatchObject([
      { method: 'GET', url: '/v2/artikel?offset=0&limit=10', page: 1, status: 200, fault: null },
      { page: 2, status: 500, fault: 'status' },
      { page: 3, status: 200 },
      { url: '/nothing', page: null, status: 404 },
    ])
    const times = requests.map(({ at }) => at)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(times.every(at => at >= before && at <= performance.timeOrigin + performance.now())).toBe(true)
    expect(times.some(at => !Number.isInteger(at))).toBe(true)
  })

  test('DELETE /__requests empties it', async () => {
    await get(shops.mercado.apiUrl)
    expect(shops.mercado.requests).toHaveLength(1)
    expect((await control(shops.mercado, 'DELETE', '/__requests')).status).toBe(200)
    expect(shops.mercado.requests).toEqual([])
  })

  test('PUT /__behaviour replaces the behaviour, and counts start over', async () => {
    const behaviour = { latency: 0, faults: [{ requests: [1], fault: { kind: 'status', status: 500 } }] }
    for (let round = 0; round < 2; round++) {
      expect((await control(shops.mercado, 'PUT', '/__behaviour', behaviour)).status).toBe(200)
      expect((await get(shops.mercado.apiUrl)).status).toBe(500)
      expect((await get(shops.mercado.apiUrl)).status).toBe(200)
    }
    const shown = await control(shops.mercado, 'GET', '/__behaviour')
    expect(await shown.json()).toMatchObject({
      faults: behaviour.faults,
      latency: { kind: 'constant', ms: 0 },
    })
  })

  test('a behaviour that is none is a 400 that says what is allowed, and changes nothing', async () => {
    const refused = await control(shops.mercado, 'PUT', '/__behaviour', { errorRate: 2 })
    expect(refused.status).toBe(400)
    expect(await refused.text()).toMatch(/behaviour\.errorRate is 2; allowed is a number of at least 0/)
    const noJson = await fetch(`${shops.mercado.url}/__behaviour`, { method: 'PUT', body: '{' })
    expect(noJson.status).toBe(400)
    expect((await get(shops.mercado.apiUrl)).status).toBe(200)
  })

  test('/health, /__facts, and 404 for what there is not', async () => {
    for (const shop of shops.all) {
      expect(await (await control(shop, 'GET', '/health')).json()).toEqual({ status: 'ok' })
      expect(await (await control(shop, 'GET', '/__facts')).json()).toEqual(shop.facts)
    }
    expect((await control(shops.mercado, 'GET', '/__nothing')).status).toBe(404)
    expect((await control(shops.mercado, 'POST', '/__facts')).status).toBe(404)
  })
})

describe('starting', () => {
  test('a port that is taken rejects, and leaves no other shop open', async () => {
    const taken = Number(new URL(shops.northwind.url).port)
    const freed = await startShops()
    const free = Number(new URL(freed.northwind.url).port)
    await freed.close()
    await expect(startShops({ ports: [free, 0, taken] })).rejects.toThrow(/EADDRINUSE/)
    await using again = await startShops({ ports: [free, 0, 0] })
    expect(again.northwind.url).toBe(`http://127.0.0.1:${free}`)
  })

  test('close may be called twice, and cuts off what hangs', async () => {
    await using own = await startShops({ behaviour: { faults: [{ fault: { kind: 'hang' } }] } })
    const hanging = fetch(own.northwind.apiUrl)
    const outcome = expect(hanging).rejects.toThrow()
    while (own.northwind.requests.length === 0) await new Promise(setImmediate)
    await own.close()
    await own.close()
    await outcome
  })

  test.each([
    [{ pages: 0 }, /startShops\.pages is 0/],
    [{ seed: -1 }, /startShops\.seed is -1/],
    [{ behaviour: { jitter: 3 } }, /behaviour\.jitter is 3/],
  ])('%j is refused', async (options, message) => {
    await expect(startShops(options)).rejects.toThrow(message)
  })

  test('one shop may behave otherwise than the rest', async () => {
    await using own = await startShops({
      behaviour: FAST,
      behaviours: { mercado: { latency: 0, errorRate: 1 } },
    })
    const statuses = await Promise.all(own.all.map(async shop => (await get(shop.apiUrl)).status))
    expect(statuses).toEqual([200, 200, 500])
  })
})
