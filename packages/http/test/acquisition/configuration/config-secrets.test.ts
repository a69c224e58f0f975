import { expect, test } from 'vitest'
import { minimal, problems } from './config-rig.js'

const withSource = (line: string): string => `${minimal}    ${line}\n`

test.each([
  ['a header whose name is wrong', withSource('headers: { "x y": s3cret }')],
  ['a header that is a list', withSource('headers: { authorization: [s3cret] }')],
  ['headers that are a text', withSource('headers: "authorization: s3cret"')],
  ['headers that are a list', withSource('headers: ["authorization: s3cret"]')],
  ['a query that is a text', withSource('query: "key=s3cret"')],
  ['a parameter with an object', withSource('query: { api_key: { a: s3cret } }')],
  ['a reference with a default', withSource("headers: { authorization: 'Bearer ${TOKEN:-s3cret}' }")],
  ['a value of the environment where a number is due', withSource("limits: { rate: '${T}' }")],
  ['a value of the environment in a path', withSource("errorPath: '${T}..'")],
  ['an alias', withSource('headers: { authorization: *s3cret }')],
  ['a tag', withSource('headers: { authorization: !s3cret x }')],
  ['a block scalar', withSource('headers: { authorization: >s3cret }')],
  ['a header that goes on with a colon', withSource('headers:\n      authorization: Bearer s3cret: x')],
  ['a list in place of a source', 'sources: { headers: { authorization: s3cret } }'],
  ['a base URL with a query', minimal.replace('127.0.0.1:1', '127.0.0.1:1/?api_key=s3cret')],
  ['a base URL with a fragment', minimal.replace('127.0.0.1:1', '127.0.0.1:1/#s3cret')],
  ['a base URL with a password', minimal.replace('127.0.0.1:1', 'me:s3cret@127.0.0.1:1')],
  ['no base URL, with a password', minimal.replace('http://127.0.0.1:1', 'me:s3/cret@host')],
  ['a directive', '%s3cret\n---\nx: 1'],
])('N-28 a mistake is told without what may be a credential: %s', (_, text) => {
  const found = problems(text, { environment: { T: 's3cret' } })
  expect(found.length).toBeGreaterThan(0)
  expect(found.join('\n')).toMatch(/^p\.yaml:\d+:\d+: /)
  expect(found.join('\n')).not.toMatch(/s3\/?cret/)
})

test('N-28 any other value is shown, and what comes from the environment by its name', () => {
  expect(problems(withSource('limits: { rate: fast }'))).toEqual([
    'p.yaml:6:21: sources[0].limits.rate is "fast"; allowed is a number from 0.001 to 1000000',
  ])
  expect(problems(withSource("limits: { rate: '${RATE}' }"), { environment: { RATE: 'fast' } })[0]).toContain(
    'sources[0].limits.rate is "${RATE}" from the environment; allowed is a number',
  )
})
