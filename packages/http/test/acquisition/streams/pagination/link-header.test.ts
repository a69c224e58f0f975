import { describe, expect, test } from 'vitest'
import { nextLink } from '../../../../src/acquisition/streams/pagination/link-header.js'

const next = (header: string | undefined, page = 'https://a.test/items?page=1') =>
  nextLink({ name: 'shop' }, header, page)

describe('the Link header', () => {
  test.each([
    ['<https://a/?p=2>; rel="next"', 'https://a/?p=2'],
    ['<https://a/?p=1>; rel="prev", <https://a/?p=3>; rel="next"', 'https://a/?p=3'],
    ['</items?p=2>;rel=next', '/items?p=2'],
    ['<b>; title="x, y; rel=next"; rel="last"', null],
    ['<b>; title="; rel=next"; rel=first', null],
    ['<b>; title="a \\" , <c>; rel=next"; rel=prev, <d>; REL = "NEXT last"', 'd'],
    ['<b>; rel="prev"; rel="next"', null],
    ['<b,c>; rel="next"', 'b,c'],
    ['', null],
    [' , ;', null],
    [undefined, undefined],
  ])('%j has the next %j', (header, target) => {
    expect(next(header)).toBe(target)
  })

  test.each([
    ['a semicolon at the end', '</i?p=2>; rel="next";', '/i?p=2'],
    ['commas at both ends', ',</i?p=2>; rel="next",', '/i?p=2'],
    ['semicolons with nothing between', '</i?p=2>;; rel="next" ;;', '/i?p=2'],
    ['no semicolon', '</i?p=2> rel="next"', '/i?p=2'],
    ['no comma', '</i?p=1>; rel="prev" </i?p=3>; rel="next"', '/i?p=3'],
    ['single quotes', "</i?p=2>; rel='next'", '/i?p=2'],
    ['typographic quotes', '</i?p=2>; rel=\xe2\x80\x9dnext\xe2\x80\x9d', '/i?p=2'],
    ['a quote that never ends', '</i?p=2>; rel="next', '/i?p=2'],
    ['a quote that never began', '</i?p=2>; rel=next"', '/i?p=2'],
    ['words without quotes', '</i?p=2>; rel=next last', '/i?p=2'],
    ['words with commas', '</i?p=2>; rel="last,next"', '/i?p=2'],
    ['no brackets', '/i?ids=1,2;v=1&p=2; rel="next"', '/i?ids=1,2;v=1&p=2'],
    ['no brackets, several', '/i?p=1; rel="prev", https://a.test/i?p=3;rel=next', 'https://a.test/i?p=3'],
    ['commas and semicolons in URLs', '</i?ids=1,2;v=1>; rel=prev, </i?a=;,&p=2>; rel=next', '/i?a=;,&p=2'],
    ['space in the brackets', '< /i?p=2 >; rel=next', '/i?p=2'],
    ['upper case', '</i?p=2>; REL="NEXT"', '/i?p=2'],
    ['space around =', '</i?p=2>\t;\trel =  "next"', '/i?p=2'],
    ['an extended value', "</i?p=2>; rel*=UTF-8'en'%6Eext", '/i?p=2'],
    ['a title before', '</i?p=2>; title="rel=\\"prev\\", <x>"; title*=UTF-8\'\'p%20l; rel=next', '/i?p=2'],
    ['a parameter without a value', '</i?p=2>; crossorigin; rel=next', '/i?p=2'],
    ['the page as its anchor', '</i?p=2>; rel=next; anchor="/items"', '/i?p=2'],
    ['an unreadable link beside', 'nonsense, </i?p=2>; rel=next', '/i?p=2'],
    ['a bracket that is not closed beside', '</i?p=1; rel=prev, </i?p=2>; rel=next', '/i?p=2'],
    ['raw UTF-8', '</caf\xc3\xa9?p=\xe2\x82\xac>; rel=next', '/caf%C3%A9?p=%E2%82%AC'],
    ['raw Latin-1', '</caf\xe9>; rel=next', '/caf%E9'],
    ['no target but the page itself', '<>; rel=next', '#'],
  ])('N-3 is read with %s', (_with, header, target) => {
    expect(next(header)).toBe(target)
  })

  test.each([
    'nonsense',
    '/items?page=2',
    '</i?p=2>',
    '</i?p=2>; rel',
    '</i?p=2>; rel=""',
    '</i?p=2>; re',
    '</i?p=2; rel="next"',
    '<<a>>; rel="next"',
    'next; rel="next"',
    '</i?p=1>; rel="prev", {"next": "/i?p=3"}',
    '</i>; title=Hello, World; rel=next',
  ])('N-3 %j cannot be read, which is no end', header => {
    expect(() => next(header)).toThrow(
      expect.objectContaining({
        code: 'LINK_HEADER_INVALID',
        message: expect.stringMatching(/^shop: the Link/),
      }),
    )
  })

  test('N-3 the error shows a part of the header, and what is allowed', () => {
    expect(() => next(`caf\xc3\xa9 ${'x'.repeat(500)}`)).toThrow(
      `shop: the Link header has "caf%C3%A9 ${'x'.repeat(70)}"; allowed is <URL>; rel="next", or no link`,
    )
  })

  test.each(['"#part"', '"/chapters/1"', '"https://b.test/other"', 'http://['])(
    'N-3 a next of something else (%s) is none of the page',
    anchor => {
      expect(next(`</chapters/2>; rel=next; anchor=${anchor}`)).toBe(null)
    },
  )
})
