import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { webLinks } from '../../src/acquisition/streams/pagination/web-links.js'

const charsOf = (text: string) => fc.constantFrom(...Array.from(text))
const texts = (chars: string, minLength = 0) => fc.string({ unit: charsOf(chars), minLength, maxLength: 12 })

const space = fc.constantFrom('', ' ', '\t', '  ')
const tokenChars = "ABCXYZabcxyz0189!#$%&'*+-.^_`|~"
const target = texts('abcAB01/?&=;,.:@!$()*+~-_%2F\'"#[] \xc3\xa9', 1).map(text => `/${text.trim()}`)
const relation = fc.constantFrom('next', 'NEXT', 'prev', 'last', 'first', 'https://x.test/rel;a', 'next-page')

/** A value with what it looks like in a header: quoted with escapes, or as a token. */
const value = fc.oneof(
  texts(tokenChars.replace("'", ''), 1).map(text => ({ text, written: text })),
  texts('abc ,;<>="\\\'\xe9rel=next').map(text => ({
    text,
    written: `"${text.replace(/["\\]/g, '\\$&')}"`,
  })),
)

const parameter = fc
  .tuple(texts('abcxyz!#$%&+-.^_`|~*', 1), fc.option(value), space, space)
  .filter(([name]) => !/^rel\*?$/i.test(name))
  .map(([name, of, before, after]) => (of === null ? name : `${name}${before}=${after}${of.written}`))

const link = fc
  .record({
    target,
    relations: fc.uniqueArray(relation, { minLength: 1, maxLength: 3 }),
    before: fc.array(parameter, { maxLength: 3 }),
    after: fc.array(parameter, { maxLength: 3 }),
    name: fc.constantFrom('rel', 'REL', 'Rel'),
    space,
  })
  .map(({ target: to, relations, before, after, name, space: gap }) => ({
    target: to,
    relations: relations.map(word => word.toLowerCase()),
    written: [`<${to}>`, ...before, `${name}="${relations.join(' ')}"`, ...after].join(`${gap};${gap}`),
  }))

const separator = fc.constantFrom(',', ', ', ' ,\t', ', ,', ',,')

test('N-3 whatever RFC 8288 allows is read as it is meant', () => {
  fc.assert(
    fc.property(fc.array(link, { maxLength: 5 }), separator, (links, between) => {
      const { links: read, unread } = webLinks(links.map(({ written }) => written).join(between))
      expect(unread).toBeUndefined()
      expect(read.map(({ target: to, relations }) => ({ to, relations }))).toEqual(
        links.map(({ target: to, relations }) => ({ to, relations })),
      )
    }),
    { numRuns: 2_000 },
  )
})

test('N-3 whatever comes, reading ends soon and loses nothing unsaid', () => {
  fc.assert(
    fc.property(fc.string({ unit: charsOf('<>;,="\'\\ /?abrel\xe9'), maxLength: 60 }), header => {
      const { links, unread } = webLinks(header)
      if (links.length === 0 && unread === undefined) expect(header).toMatch(/^[\s,;]*$/)
    }),
    { numRuns: 2_000 },
  )
  for (const piece of ['<', '"', '<a', 'a;', '</a>;x="\\"', ' ', ';', '<>;rel="', '/a; ', '/a ;rel']) {
    // Quadratic work would take longer than a test may.
    webLinks(piece.repeat(1_000_000 / piece.length))
  }
})
