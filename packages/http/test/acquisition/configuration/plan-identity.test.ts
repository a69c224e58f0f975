import { describe, expect, test } from 'vitest'
import type { ConfigInputs } from '../../../src/acquisition/configuration/load-config.js'
import { planIdentity } from '../../../src/acquisition/configuration/plan-identity.js'
import { load, minimal } from './config-rig.js'

describe('the identity of a plan', () => {
  const identity = (text: string, inputs: ConfigInputs = {}) => {
    const { config, secrets } = load(text, inputs)
    return planIdentity(config, secrets)
  }

  test('does not depend on limits, settings, order of keys or credentials', () => {
    const key = (value: string) => minimal.replace('    mapping', `    query: { key: ${value} }\n    mapping`)
    expect(identity(`workers: 9\n${minimal}    limits: { rate: 1 }\n`)).toEqual(identity(minimal))
    expect(identity(minimal.replace('{ type: page, pageSize: 10 }', '{ pageSize: 10, type: page }'))).toEqual(
      identity(minimal),
    )
    expect(identity(key('abcd'))).toEqual(identity(key('efgh')))
    expect(identity(key('abcd'))).not.toEqual(identity(minimal))
  })

  test('N-11 a credential in the query of a path is one, another parameter there is part of the plan', () => {
    const withPath = (path: string) => minimal.replace('    pagination', `    path: ${path}\n    pagination`)
    expect(load(withPath('/i?api_key=a%2Fcde')).secrets.redact('of a/cde and a%2Fcde')).toBe(
      'of [redacted] and [redacted]',
    )
    expect(identity(withPath('/i?api_key=abcd'))).toEqual(identity(withPath('/i?api_key=efgh')))
    expect(identity(withPath('/i?status=abcd'))).not.toEqual(identity(withPath('/i?status=efgh')))
  })

  test('A-14 does not depend on credentials, wherever they stand, but on other values of the environment', () => {
    const placed = (variable: string) =>
      minimal
        .replace('127.0.0.1:1', `127.0.0.1:1/\${${variable}}`)
        .replace('    mapping', `    headers: { x-client: 'me/\${${variable}}' }\n    mapping`)
        .replace('    mapping', `    query: { client: '\${${variable}}' }\n    mapping`)
    const withValue = (variable: string, value: string) =>
      identity(placed(variable), { environment: { [variable]: value } })
    expect(withValue('API_TOKEN', 'first-token')).toEqual(withValue('API_TOKEN', 'second-token'))
    expect(withValue('CATEGORY', 'books').configHash).not.toBe(withValue('CATEGORY', 'games').configHash)
  })

  test('A-14 a rotated credential in auth continues the same plan, another header there does not', () => {
    const auth = (text: string) =>
      identity(minimal.replace('    mapping', `    auth: { type: headers, headers: ${text} }\n    mapping`))
    const first = auth('{ x-api-key: one-key, x-tenant: a }')
    expect(auth('{ x-api-key: two-key, x-tenant: a }')).toEqual(first)
    expect(auth('{ x-api-key: one-key, x-tenant: b }').configHash).not.toBe(first.configHash)
  })

  test.each([
    ['shop.endpoint', 'http://127.0.0.1:1', 'http://127.0.0.1:2'],
    ['shop.pagination', 'pageSize: 10', 'pageSize: 20'],
    ['shop.mapping', 'path: id', 'path: key'],
    ['shop.records', '    mapping', '    records: items\n    mapping'],
    ['shop.query', '    mapping', '    query: { lang: de }\n    mapping'],
    ['shop.headers', '    mapping', '    headers: { accept-language: de }\n    mapping'],
  ])('a change of %s changes that part and the whole', (part, from, to) => {
    const before = identity(minimal)
    const after = identity(minimal.replace(from, to))
    expect(after.configHash).not.toBe(before.configHash)
    const changed = Object.keys(before.parts).filter(name => before.parts[name] !== after.parts[name])
    expect(changed).toEqual([part])
  })
})
