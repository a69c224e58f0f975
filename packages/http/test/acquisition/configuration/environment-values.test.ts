import { describe, expect, test } from 'vitest'
import { load, minimal, problems } from './config-rig.js'

describe('the environment in the file', () => {
  const withHeader = (value: string) =>
    minimal.replace('    mapping', () => `    headers: { authorization: '${value}' }\n    mapping`)

  test('fills ${NAME}, and leaves $${NAME} as it is written', () => {
    const headers = (value: string) =>
      load(withHeader(value), { environment: { A: 'x', B_2: 'y' } }).config.sources[0]?.headers
    expect(headers('${A}-${B_2}')).toEqual({ authorization: 'x-y' })
    expect(headers('$${A}')).toEqual({ authorization: '${A}' })
    expect(headers('$A')).toEqual({ authorization: '$A' })
  })

  test('an unset or empty variable is an error that names it and its line, once', () => {
    const text = minimal.replace('http://127.0.0.1:1', '${SHOP_URL}')
    const message =
      'p.yaml:3:14: sources[0].baseUrl needs the environment variable SHOP_URL, which is not set'
    expect(problems(text)).toEqual([message])
    expect(problems(text, { environment: { SHOP_URL: '' } })).toEqual([message])
    expect(problems(withHeader('${A B}'))[0]).toContain('holds a ${…} that is no name; allowed is ${NAME}')
    expect(problems(withHeader('${A'))[0]).toContain('holds a ${…} that is no name')
  })

  test('what a variable holds is no YAML and is not filled in again', () => {
    const environment = { A: '}, x: ${B}' }
    expect(load(withHeader('${A}'), { environment }).config.sources[0]?.headers).toEqual({
      authorization: '}, x: ${B}',
    })
  })
})
