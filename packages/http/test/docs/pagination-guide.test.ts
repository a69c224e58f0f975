import { expect, test } from 'vitest'
import { parseConfig } from '../../src/acquisition/configuration/load-config.js'
import { paginationKinds } from '../../src/acquisition/streams/pagination/kinds.js'
import { snippetsOf } from '../support/markdown.js'

const snippets = snippetsOf('docs/pagination.md', 'yaml')

const sourceWith = (snippet: string): string => `
sources:
  - name: shop
    baseUrl: https://shop.example
    mapping: { id: { path: id } }
    ${snippet.trimEnd().replaceAll('\n', '\n    ')}
`

test.each(snippets.map(({ line, code }) => [line, code] as const))(
  'docs/pagination.md:%i loads',
  (_line, code) => {
    const { config } = parseConfig(sourceWith(code), 'guide.yaml', { environment: {} })
    expect(config.streams).toHaveLength(1)
  },
)

test('the guide has an example of every kind, but of the one that is code', () => {
  const shown = snippets.map(({ code }) => /type: (\w+)/.exec(code)?.[1])
  expect(new Set(shown)).toEqual(new Set(Object.keys(paginationKinds).filter(kind => kind !== 'hook')))
})
