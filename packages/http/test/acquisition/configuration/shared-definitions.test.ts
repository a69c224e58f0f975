import { describe, expect, test } from 'vitest'
import { withSharedDefinitions } from '../../../src/acquisition/configuration/shared-definitions.js'

type Schema = Record<string, unknown>

const long = (name: string): Schema => ({
  type: 'object',
  description: 'what it is for, in many words '.repeat(10),
  properties: { [name]: { type: 'string' } },
})
const object = (properties: Schema): Schema => ({ type: 'object', properties })

/** The schema with every reference replaced by what it names. */
function inPlace(value: unknown, definitions: Schema): unknown {
  if (Array.isArray(value)) return value.map(item => inPlace(item, definitions))
  if (typeof value !== 'object' || value === null) return value
  const { $ref } = value as { $ref?: string }
  if ($ref !== undefined) return inPlace(definitions[$ref.slice('#/$defs/'.length)], definitions)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inPlace(item, definitions)]))
}

function backAgain(schema: Schema): unknown {
  const { $defs, ...own } = withSharedDefinitions(schema) as { $defs: Schema }
  return inPlace(own, $defs)
}

describe('shared definitions of a JSON Schema', () => {
  test('what stands under two keys is written once, by the name of the first', () => {
    const schema = object({ limits: long('rate'), budget: long('rate') })
    expect(withSharedDefinitions(schema)).toEqual({
      ...object({ limits: { $ref: '#/$defs/limits' }, budget: { $ref: '#/$defs/limits' } }),
      $defs: { limits: long('rate') },
    })
  })

  test('two of one name, and one within the other, keep apart', () => {
    const outer = object({ body: object({ inner: long('a'), body: long('b') }) })
    const schema = { anyOf: [outer, outer, object({ again: object({ body: long('a') }), body: long('b') })] }
    const names = Object.keys((withSharedDefinitions(schema) as { $defs: Schema }).$defs)
    expect(names).toEqual(['body', 'inner', 'body2'])
    expect(backAgain(schema)).toEqual(schema)
  })

  test('what is short, and what stands once, stays where it is', () => {
    const schema = object({ a: { type: 'string' }, b: { type: 'string' }, c: long('c') })
    expect(withSharedDefinitions(schema)).toEqual({ ...schema, $defs: {} })
  })

  test('definitions that were there stay', () => {
    const schema = { ...object({ a: { $ref: '#/$defs/own' } }), $defs: { own: { type: 'string' } } }
    expect(withSharedDefinitions(schema)).toEqual(schema)
  })
})
