import { describe, expect, test } from 'vitest'
import type { LoadedConfig } from '../../../src/acquisition/configuration/load-config.js'
import type { StreamConfig } from '../../../src/acquisition/streams/stream-config.js'
import { StreamPages } from '../../../src/acquisition/streams/stream-pages.js'
import { load, minimal, problems } from './config-rig.js'

/** The headers of the first request. */
async function sentWith({ config }: LoadedConfig) {
  const pages = new StreamPages(config.streams[0] as StreamConfig, { id: 'run', startedAt: 0 })
  return (await pages.request(pages.first())).headers
}

describe('the environment in the file', () => {
  const withHeader = (value: string) =>
    minimal.replace('    mapping', () => `    headers: { authorization: '${value}' }\n    mapping`)

  test('fills ${NAME}, and leaves $${NAME} as it is written', async () => {
    const headers = (value: string) =>
      sentWith(load(withHeader(value), { environment: { A: 'x', B_2: 'y' } }))
    expect(await headers('${A}-${B_2}')).toMatchObject({ authorization: 'x-y' })
    expect(await headers('$${A}')).toMatchObject({ authorization: '${A}' })
    expect(await headers('$A')).toMatchObject({ authorization: '$A' })
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

  test('what a variable holds is no YAML and is not filled in again', async () => {
    const environment = { A: '}, x: ${B}' }
    expect(await sentWith(load(withHeader('${A}'), { environment }))).toMatchObject({
      authorization: '}, x: ${B}',
    })
  })
})
