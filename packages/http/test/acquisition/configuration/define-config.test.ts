import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../../src/acquisition/configuration/config-error.js'
import { defineConfig, usableConfig } from '../../../src/acquisition/configuration/define-config.js'
import type { PipelineInput } from '../../../src/acquisition/configuration/pipeline-input.js'
import { load } from './config-rig.js'

describe('a pipeline declared in a program', () => {
  const shop: Extract<PipelineInput['sources'][number], { readonly streams?: undefined }> = {
    name: 'shop',
    baseUrl: 'http://127.0.0.1:1',
    pagination: { type: 'page', pageSize: 10 },
    mapping: { id: { path: 'id' }, price: { path: 'price', type: 'money', locale: 'en' } },
  }

  test('N-35 takes the shapes of the file, and fills in the same defaults', () => {
    const { config } = usableConfig({ grace: '2s', memory: '32MiB', sources: [shop] })
    const file = load(`
name: pipeline
grace: 2s
memory: 32MiB
sources:
  - name: shop
    baseUrl: http://127.0.0.1:1
    pagination: { type: page, pageSize: 10 }
    mapping: { id: { path: id }, price: { path: price, type: money, locale: en } }
`)
    expect(config).toEqual(file.config)
    expect(usableConfig(config).config).toBe(config)
  })

  test('N-35 says all that is wrong, by path and value, where it is declared', () => {
    const wrong = { workers: 100, sources: [{ ...shop, recrods: 'x' }] } as unknown as PipelineInput
    expect(() => defineConfig(wrong)).toThrow(ConfigError)
    expect(() => defineConfig(wrong)).toThrow('workers is 100; allowed is a whole number from 1 to 64')
    expect(() => defineConfig(wrong)).toThrow('sources[0].recrods is an unknown key; did you mean "records"?')
    expect(() => usableConfig('shops.yaml' as unknown as PipelineInput)).toThrow(
      'config is "shops.yaml"; allowed is an object',
    )
    for (const none of [null, 'x', 7, [], () => 1, [1n]]) {
      expect(() => defineConfig(none as unknown as PipelineInput)).toThrow(/; allowed is a mapping with/)
    }
  })

  test.each([-1, 1e99, 1.5, '5 %', '101%', true])(
    'N-9 %j as quality.maxRejected is told in words',
    maxRejected => {
      const quality = { maxRejected } as { maxRejected: number }
      expect(() => defineConfig({ sources: [{ ...shop, quality }] })).toThrow(
        /maxRejected is \S.*; allowed is a whole number of records, or a share such as 5%$/,
      )
    },
  )

  test('N-35 the compiler knows what has to be there and what is unknown', () => {
    const { mapping, pagination, ...rest } = shop
    const { baseUrl: _baseUrl, ...nowhere } = rest
    // @ts-expect-error -- baseUrl is missing
    expect(() => defineConfig({ sources: [{ ...nowhere, mapping }] })).toThrow(ConfigError)
    // That one of two is missing is beyond the compiler.
    expect(() => defineConfig({ sources: [{ ...rest, pagination, mapping: { x: { path: 'x' } } }] })).toThrow(
      /id is missing/,
    )
    // @ts-expect-error -- there is no such key
    expect(() => defineConfig({ sources: [shop], outptu: 'out' })).toThrow(ConfigError)
  })

  test('N-35 takes values of the environment, which are secrets there too', () => {
    process.env['DEFINE_CONFIG_TOKEN'] = 'a-token-of-a-test'
    try {
      const headers = { 'x-shop': '${DEFINE_CONFIG_TOKEN}' }
      const { config, secrets } = usableConfig({ sources: [{ ...shop, headers }] })
      expect(config.streams[0]?.headers).toEqual({ 'x-shop': 'a-token-of-a-test' })
      expect(secrets.redact('it is a-token-of-a-test')).toBe('it is [redacted]')
    } finally {
      delete process.env['DEFINE_CONFIG_TOKEN']
    }
  })
})
