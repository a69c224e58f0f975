import { expect, test } from 'vitest'
import {
  placeTemplate,
  ReferenceValueError,
} from '../../../../src/acquisition/streams/requests/stream-place.js'

const BASE = 'https://api.example/v1'
const place = (value: unknown) =>
  placeTemplate(BASE, { expr: 'made' }, new Map()).at({ '=made': JSON.stringify(value) })

test.each([
  ['/archive/2024/1.json', 'archive/2024/1.json'],
  ['a b/c?d=é#f', 'a%20b/c%3Fd%3D%C3%A9%23f'],
  ['a%2Fb/(c)', 'a%252Fb/%28c%29'],
  ['.hidden/...', '.hidden/...'],
  [7, '7'],
])('a computed path %j has its segments encoded', (value, path) => {
  expect(place(value)).toEqual({ baseUrl: BASE, path })
})

test('a computed URL at the origin of the base is taken as it is written', () => {
  const baseUrl = 'https://api.example'
  expect(place('https://api.example/2010/a%20b.json?page=1')).toEqual({
    baseUrl,
    path: '/2010/a%20b.json?page=1',
  })
  expect(place('HTTPS://API.example:443/v1/../v2')).toEqual({ baseUrl, path: '/v2' })
})

test.each(['', '/', '//evil.example/x', 'a//b', 'a/', 'a/../b', './a', '/..', ['a', 'b'], { a: 1 }])(
  'a computed path is not %j',
  value => {
    expect(() => place(value)).toThrow(ReferenceValueError)
    expect(() => place(value)).toThrow(
      `the computed path is ${JSON.stringify(value)}; allowed is a path, no segment of which is empty, . or ..`,
    )
  },
)

test.each([
  ['https://evil.example/v1', 'at https://evil.example'],
  ['http://api.example/v1', 'at http://api.example'],
  ['https://api.example:444/v1', 'at https://api.example:444'],
  ['https://api.example@evil.example/', 'at https://evil.example'],
  ['https://me:pw@api.example/v1', 'at https://api.example'],
  ['https://', 'no URL'],
])('a computed URL is not %s', (value, told) => {
  expect(() => place(value)).toThrow(
    `the computed path is ${told}; allowed is https://api.example alone, without credentials`,
  )
})

test('a path that is not computed yet is the base', () => {
  expect(placeTemplate(BASE, { expr: 'made' }, new Map()).at({})).toEqual({ baseUrl: BASE, path: '' })
})
