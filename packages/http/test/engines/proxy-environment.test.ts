import { expect, test } from 'vitest'
import { proxyFromEnvironment } from '../../src/engines/index.js'

const PROXIES = { HTTP_PROXY: 'http://a:1', HTTPS_PROXY: 'http://b:2' }

test.each([
  ['http://shop.example/', PROXIES, 'http://a:1'],
  ['https://shop.example/', PROXIES, 'http://b:2'],
  ['http://shop.example/', { ...PROXIES, http_proxy: 'http://c:3' }, 'http://c:3'],
  ['http://shop.example/', { ...PROXIES, http_proxy: '' }, 'http://a:1'],
  ['https://shop.example/', { HTTP_PROXY: 'http://a:1' }, undefined],
  ['http://shop.example/', { HTTP_PROXY: 'proxy:3128' }, 'http://proxy:3128'],
  ['http://127.0.0.1:8000/', PROXIES, 'http://a:1'],
] as const)('N-22 the proxy of %s in %j is %s', (url, environment, proxy) => {
  expect(proxyFromEnvironment(url, environment)?.url).toBe(proxy)
})

test.each([
  ['*', 'http://shop.example/', true],
  ['shop.example', 'http://shop.example/', true],
  ['SHOP.example.', 'http://shop.example/', true],
  ['other.example, shop.example', 'http://shop.example/', true],
  ['other.example shop.example', 'http://shop.example/', true],
  ['example', 'http://shop.example/', true],
  ['.shop.example', 'http://api.shop.example/', true],
  ['*.shop.example', 'http://api.shop.example/', true],
  ['shop.example', 'http://api.shop.example/', true],
  ['hop.example', 'http://shop.example/', false],
  ['shop.example:8000', 'http://shop.example:8000/', true],
  ['shop.example:8000', 'http://shop.example/', false],
  ['shop.example:443', 'https://shop.example/', true],
  ['127.0.0.1', 'http://127.0.0.1:8000/', true],
  ['127.0.0.1:8000', 'http://127.0.0.1:8000/', true],
  ['127.0.0.0/8', 'http://127.9.9.9/', true],
  ['10.0.0.0/33', 'http://10.0.0.1/', false],
  ['0.0.1', 'http://127.0.0.1/', false],
  ['::1', 'http://[::1]:8000/', true],
  ['[::1]:8000', 'http://[::1]:8000/', true],
  ['fd00::/8', 'http://[fd12::1]/', true],
  ['fd00::/8', 'http://127.0.0.1/', false],
  ['', 'http://shop.example/', false],
  [',', 'http://shop.example/', false],
])('N-22 NO_PROXY=%s keeps %s from the proxy: %s', (exceptions, url, direct) => {
  for (const name of ['NO_PROXY', 'no_proxy'])
    expect(proxyFromEnvironment(url, { ...PROXIES, [name]: exceptions }) === undefined).toBe(direct)
})
