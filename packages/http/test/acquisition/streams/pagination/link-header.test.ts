import { expect, test } from 'vitest'
import { nextLink } from '../../../../src/acquisition/streams/pagination/link-header.js'

test.each([
  ['<https://a/?p=2>; rel="next"', 'https://a/?p=2'],
  ['<https://a/?p=1>; rel="prev", <https://a/?p=3>; rel="next"', 'https://a/?p=3'],
  ['</items?p=2>;rel=next', '/items?p=2'],
  ['<b>; title="x, y; rel=next"; rel="last"', null],
  ['<b>; title="; rel=next"', null],
  ['<b>; title="a \\" , <c>; rel=next"; rel=prev, <d>; REL = "NEXT last"', 'd'],
  ['<b>; rel="prev"; rel="next"', null],
  ['<b,c>; rel="next"', 'b,c'],
  ['<>; rel=next', ''],
  ['nonsense', null],
  ['', null],
  [undefined, undefined],
])('nextLink(%j) is %j', (header, target) => {
  expect(nextLink(header)).toBe(target)
})
