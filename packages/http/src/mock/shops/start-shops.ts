import { checkOptions, checkCount } from 'async-patterns'
import type { Behaviour } from '../behaviour.js'
import { kaufhaus } from './kaufhaus.js'
import { mercado } from './mercado.js'
import { northwind } from './northwind.js'
import { SHOP_NAMES } from './shop.js'
import type { ShopName } from './shop.js'
import { ShopServer } from './shop-server.js'

/** Where the three shops listen, what they sell, and how they behave. */
export interface ShopsOptions {
  /**
   * One port per shop, in the order northwind, kaufhaus, mercado; 0 takes a free one. Default: three free
   * ones.
   */
  readonly ports?: readonly [northwind: number, kaufhaus: number, mercado: number]
  /** Default `127.0.0.1`. */
  readonly host?: string
  /** Products, faults and jitter follow from it. Default 1. */
  readonly seed?: number
  /** Pages of each shop at ten records a page. 1 to 10,000, default 25. */
  readonly pages?: number
  /** For all shops. Default: 5 ms latency and nothing goes wrong. */
  readonly behaviour?: Behaviour
  /** For one shop, instead of `behaviour`. Default: none. */
  readonly behaviours?: Readonly<Partial<Record<ShopName, Behaviour>>>
}

/** The three shops, listening; each is closed by `close` or `await using`. */
export interface Shops extends AsyncDisposable, Readonly<Record<ShopName, ShopServer>> {
  /** `http://host:port` of each. */
  readonly urls: Readonly<Record<ShopName, string>>
  readonly all: readonly ShopServer[]
  close(): Promise<void>
}

const SHOPS = { northwind, kaufhaus, mercado }

/**
 * Starts the three mock shops in this process; `spawnMock('shops')` starts them in one of their own.
 * Rejects, with none left open, when a port cannot be had.
 */
export async function startShops(options: ShopsOptions = {}): Promise<Shops> {
  checkOptions('startShops', options, ['ports', 'host', 'seed', 'pages', 'behaviour', 'behaviours'])
  const { ports = [0, 0, 0], host = '127.0.0.1' } = options
  const all = SHOP_NAMES.map(name => makeShop(name, options))
  const close = async (): Promise<void> => {
    await Promise.all(all.map(shop => shop.close()))
  }
  try {
    await Promise.all(all.map((shop, at) => shop.listen(ports[at] ?? 0, host)))
  } catch (error) {
    await close()
    throw error
  }
  const [first, second, third] = all as [ShopServer, ShopServer, ShopServer]
  return {
    northwind: first,
    kaufhaus: second,
    mercado: third,
    urls: { northwind: first.url, kaufhaus: second.url, mercado: third.url },
    all,
    close,
    [Symbol.asyncDispose]: close,
  }
}

function makeShop(name: ShopName, options: ShopsOptions): ShopServer {
  const { seed = 1, pages = 25, behaviour = {}, behaviours = {} } = options
  checkCount('startShops.seed', seed, { min: 0 })
  checkCount('startShops.pages', pages, { max: 10_000 })
  return new ShopServer(SHOPS[name], { seed, pages, behaviour: behaviours[name] ?? behaviour })
}
